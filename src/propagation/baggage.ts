import type { Context, SpanContextMap } from '../context/frame'
import { report } from '../lib/report'

/** Names and values that travel with the trace. Names are HTTP tokens; values may be any text. */
export type Baggage = Readonly<Record<string, string>>

/** The shape in which OpenTelemetry keeps baggage in a context, so that its libraries read ours and we read theirs. */
interface BaggageEntries {
  getAllEntries(): [name: string, entry: { value: string }][]
}

const BAGGAGE_KEY = Symbol.for('OpenTelemetry Baggage Key')
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const MAX_MEMBERS = 64
const MAX_BYTES = 8192

/** `context` with `entries` over the baggage that it has. */
export function contextWithBaggage(context: SpanContextMap, entries: Baggage): SpanContextMap {
  const all = new Map(entriesOf(context))
  for (const [name, value] of Object.entries(entries ?? {})) {
    if (TOKEN.test(name)) all.set(name, { value: String(value) })
    else report(`baggage \`${name}\` is left out: a name is made of letters, digits and !#$%&'*+-.^_\`|~`)
  }
  return context.setValue(BAGGAGE_KEY, { getAllEntries: () => [...all] } satisfies BaggageEntries)
}

/** The `baggage` header for a context, or `null` when there is none ([Baggage](https://www.w3.org/TR/baggage/)). */
export function formatBaggage(context: Context): string | null {
  let header = ''
  for (const [name, { value }] of entriesOf(context).slice(0, MAX_MEMBERS)) {
    const member = `${header && ','}${name}=${encode(value)}`
    if (header.length + member.length > MAX_BYTES) break
    header += member
  }
  return header || null
}

function entriesOf(context: Context): [name: string, entry: { value: string }][] {
  return (context.getValue(BAGGAGE_KEY) as BaggageEntries | undefined)?.getAllEntries() ?? []
}

// baggage-octet: what may stand as it is; the rest is percent-encoded UTF-8.
function encode(value: string): string {
  return value.replace(/[^!#$&'()*+\-./0-9:<=>?@A-Z[\]^_`a-z{|}~]+/gu, (part) => {
    try {
      return encodeURIComponent(part)
    } catch {
      return '%EF%BF%BD' // half of a surrogate pair
    }
  })
}
