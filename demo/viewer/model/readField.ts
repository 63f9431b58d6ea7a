// What comes over the wire was written by somebody else's page: each field is read as if it could be anything.

export function readText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return ''
}

export function readId(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** A finite number, else `null`: NaN and infinities come as strings or as null in JSON. */
export function readNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function readCount(value: unknown): number {
  const number = readNumber(value)
  return number !== null && number > 0 ? Math.floor(number) : 0
}

/** A map and not an object, so that an attribute named `__proto__` is a name like any other. */
export function readAttributes(value: unknown): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map()
  return new Map(Object.entries(value))
}

/** Milliseconds since the epoch of a decimal string of nanoseconds; `null` for zero, which means "not set". */
export function readUnixNano(value: unknown): number | null {
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) return null
  const nanoseconds = BigInt(value)
  if (nanoseconds === 0n) return null
  return Number(nanoseconds / 1_000_000n) + Number(nanoseconds % 1_000_000n) / 1e6
}
