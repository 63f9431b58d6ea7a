import type { Context, SpanContextMap } from '../context/frame'
import { report } from '../lib/report'

/** Names and values that travel with the trace. Names are HTTP tokens; values may be any text. */
export type Baggage = Readonly<Record<string, string>>

/** The shape in which OpenTelemetry keeps baggage in a context, so that its libraries read ours and we read theirs. */
interface BaggageEntries {
  getAllEntries(): [name: string, entry: { value: string }][]
  getEntry(name: string): { value: string } | undefined
}

const BAGGAGE_KEY = Symbol.for('OpenTelemetry Baggage Key')
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const MAX_MEMBERS = 64
const MAX_BYTES = 8192

/** `context` with `entries` over the baggage that it has. */
export function contextWithBaggage(context: SpanContextMap, entries: Baggage): SpanContextMap {
  const all = new Map(entriesOf(context))
  for (const [name, value] of Object.entries(entries ?? {})) {
    if (typeof value !== 'string') report(`baggage \`${name}\` must be a string; it is left out.`)
    else if (TOKEN.test(name)) all.set(name, { value })
    else report(`baggage \`${name}\` is left out: a name is made of letters, digits and !#$%&'*+-.^_\`|~`)
  }
  const baggage: BaggageEntries = { getAllEntries: () => [...all], getEntry: (name) => all.get(name) }
  return context.setValue(BAGGAGE_KEY, baggage)
}

/** The `baggage` header for a context, or `null` when there is none ([Baggage](https://www.w3.org/TR/baggage/)). */
export function formatBaggage(context: Context): string | null {
  let header = ''
  let members = 0
  for (const [name, { value }] of entriesOf(context)) {
    if (members === MAX_MEMBERS || !TOKEN.test(name)) continue
    const member = `${header && ','}${name}=${encode(String(value))}`
    if (header.length + member.length > MAX_BYTES) continue
    header += member
    members++
  }
  return header || null
}

function entriesOf(context: Context): [name: string, entry: { value: string }][] {
  return (context.getValue(BAGGAGE_KEY) as BaggageEntries | undefined)?.getAllEntries() ?? []
}

// baggage-octet: what may stand as it is; the rest is percent-encoded UTF-8.
function encode(value: string): string {
  const text = value.replace(/\p{Surrogate}/gu, '\ufffd') // half of a pair is no text
  return text.replace(/[^!#$&'()*+\-./0-9:<=>?@A-Z[\]^_`a-z{|}~]+/gu, encodeURIComponent)
}
