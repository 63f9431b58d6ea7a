import { gunzipSync } from 'node:zlib'
import { type Plain, readJson, readProtobuf, spansIn } from '../wire/otlpRequest'

export type Lane = 'beacon' | 'fetch' | 'keepalive' | 'deferred'

/** One request body as it came in. */
export interface Incoming {
  readonly lane: Lane
  readonly url: string
  readonly bytes: Uint8Array
  /** By name in lowercase. */
  readonly headers: Readonly<Record<string, string>>
}

/** A body that the collector took, alone or with others in one request, and what stands in it. */
export interface Taken extends Incoming {
  readonly spans: readonly Plain[]
  readonly ids: readonly string[]
  readonly names: readonly string[]
  readonly pageView: string
  readonly sequence: number
  /** Spans dropped so far, by reason. */
  readonly dropped: Readonly<Record<string, number>>
}

/** What a body holds. Throws when it is no OTLP. */
export function readBody(incoming: Incoming): Taken {
  return readBodies(incoming)[0]!
}

/** The same of a request that was joined of several: one for each resource. */
export function readBodies(incoming: Incoming): readonly Taken[] {
  const { bytes, headers } = incoming
  const raw = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
  const request = headers['content-type'] === 'application/json' ? readJson(raw) : readProtobuf(raw)
  return (request.resourceSpans ?? [{}]).map((one) => ({ ...incoming, ...readResource(one) }))
}

function readResource(one: Plain) {
  const spans = spansIn({ resourceSpans: [one] })
  const facts = new Map(
    (one.resource?.attributes ?? []).map(({ key, value }) => [
      key ?? '',
      value?.stringValue ?? Number(value?.intValue),
    ]),
  )
  const prefix = 'codomyrmex.dropped.'
  const dropped = [...facts].flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), Number(value)] as const] : [],
  )
  return {
    spans,
    ids: spans.map(({ spanId }) => Buffer.from(spanId ?? '', 'base64').toString('hex')),
    names: spans.map(({ name }) => name ?? ''),
    pageView: String(facts.get('codomyrmex.page_view.id')),
    sequence: Number(facts.get('codomyrmex.sequence')),
    dropped: Object.fromEntries(dropped),
  }
}

/** Keeps every body that it took. */
export class FakeCollector {
  readonly bodies: Taken[] = []
  /** How often each span came. */
  readonly times = new Map<string, number>()
  /** Spans of bodies that it took where the page can never learn that. */
  readonly unheard = new Set<string>()

  /** Takes the body but for its first `rejected` spans; tells the ids of all. */
  take(incoming: Incoming, rejected = 0): readonly string[] {
    const taken = readBodies(incoming)
    this.bodies.push(...taken)
    const ids = taken.flatMap((one) => one.ids)
    for (const id of ids.slice(rejected)) this.times.set(id, (this.times.get(id) ?? 0) + 1)
    return ids
  }

  get names(): string[] {
    return this.bodies.flatMap(({ names }) => names)
  }

  get lanes(): Lane[] {
    return this.bodies.map(({ lane }) => lane)
  }
}
