/** As many as `tokens.css` has `--service-0` and on. */
export const PLAIN_COLOURS = 8
/** The same colours once more, striped, for a collector that knows many services. */
export const SERVICE_COLOURS = 2 * PLAIN_COLOURS

const STORAGE_KEY = 'viewer.serviceColours'
const REMEMBERED = 200 // names; a collector that sees more starts to forget the oldest

interface ServiceColours {
  /** The number of the colour of a service: the same each time, also after a reload. */
  colourOf(service: string): number
}

/**
 * Gives each service a colour by its name. Two services whose names want the same colour get two colours as long as
 * there are free ones; who got which is remembered, so that a service keeps its colour from trace to trace.
 */
export function createServiceColours(storage: Pick<Storage, 'getItem' | 'setItem'> | null): ServiceColours {
  const given = remembered(storage)
  return {
    colourOf(service) {
      const known = given.get(service)
      if (known !== undefined) return known
      const colour = freeColour(wantedColour(service), new Set(given.values()))
      given.set(service, colour)
      if (given.size > REMEMBERED) given.delete(given.keys().next().value ?? '')
      try {
        storage?.setItem(STORAGE_KEY, JSON.stringify([...given]))
      } catch {
        // full or forbidden: colours then follow the names of this visit
      }
      return colour
    },
  }
}

function remembered(storage: Pick<Storage, 'getItem'> | null): Map<string, number> {
  const given = new Map<string, number>()
  try {
    const list: unknown = JSON.parse(storage?.getItem(STORAGE_KEY) ?? '[]')
    if (!Array.isArray(list)) return given
    for (const item of list) {
      const [service, colour] = Array.isArray(item) ? item : []
      if (typeof service !== 'string' || !Number.isInteger(colour)) continue
      if (colour >= 0 && colour < SERVICE_COLOURS) given.set(service, colour)
    }
  } catch {
    // not ours, or damaged: begin afresh
  }
  return given
}

function freeColour(wanted: number, taken: ReadonlySet<number>): number {
  for (const stripes of [0, PLAIN_COLOURS]) {
    for (let i = 0; i < PLAIN_COLOURS; i++) {
      const colour = stripes + ((wanted + i) % PLAIN_COLOURS)
      if (!taken.has(colour)) return colour
    }
  }
  return wanted
}

function wantedColour(service: string): number {
  let hash = 0x811c9dc5 // FNV-1a: spreads short, similar names
  for (let i = 0; i < service.length; i++) hash = Math.imul(hash ^ service.charCodeAt(i), 0x01000193)
  return ((hash ^ (hash >>> 15)) >>> 0) % PLAIN_COLOURS
}
