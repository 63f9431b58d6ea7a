import { ROOT_CONTEXT } from '../../src/context/frame'
import { readAnswer } from '../../src/delivery/answer'
import { createHeaders } from '../../src/export/headers'
import { createRedaction } from '../../src/instrument/urls'
import { contextWithBaggage, formatBaggage } from '../../src/propagation/baggage'
import { readTraceparent } from '../../src/propagation/traceparent'
import { readTracestate } from '../../src/propagation/tracestate'
import { exceptionAttributes } from '../../src/trace/exception'
import { readOtlpProtobuf } from '../../src/wire/otlpMessages'

const IDS = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`

const answered = (body: string, retryAfter?: string) => ({
  status: retryAfter === undefined ? 200 : 429,
  statusText: '',
  ok: retryAfter === undefined,
  headers: { get: (name: string) => (name === 'retry-after' ? (retryAfter ?? null) : null) },
  arrayBuffer: async () => new TextEncoder().encode(body).buffer,
})

const tried = (read: () => unknown) => {
  try {
    read()
  } catch {
    // bytes that say nothing
  }
}

/** What reads text or bytes of others, each with the pieces (beside those that all get) that its grammar starts anew at. */
const READERS: Record<string, readonly [read: (text: string) => unknown, pieces: readonly string[]]> = {
  'redaction of an address': [
    (text) => createRedaction({ redactParams: ['name'] })(new URL(`https://shop.example/?${text}`)),
    ['?', '&', '?a', '@', '//', '?sig', '&sig=', '=&'],
  ],
  traceparent: [(text) => [readTraceparent(text), readTraceparent(`${IDS}${text}x`)], ['00-', '- ']],
  tracestate: [(text) => readTracestate(`a${text}b`), ['a=1, ', ' ,']],
  baggage: [(text) => formatBaggage(contextWithBaggage(ROOT_CONTEXT, { a: text, [text]: 'b' })), ['ä', '\ud800']],
  headers: [(text) => createHeaders({ a: `${text}\n`, [`${text} `]: 'b' }).ask(), ['\t']],
  'an answer': [
    (text) => readAnswer(answered(text) as never, '/v1/traces'),
    ['{"partialSuccess":', '\u0012', '\ud800'],
  ],
  'Retry-After': [(text) => readAnswer(answered('', `${text}x`) as never, '/v1/traces'), ['Mon, ', '1 ', '(']],
  'a stored body': [
    (text) => {
      const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
      tried(() => readOtlpProtobuf(bytes))
      tried(() => readOtlpProtobuf(new Uint8Array([10, 255, 255, 63, ...bytes])))
    },
    ['\x80', '\xff', '\n\x80', '\n\xff\xff', '\x08\0', '\n\x01\0'],
  ],
  'a stack': [
    (text) => exceptionAttributes({ name: 'Error', message: text, stack: text }),
    ['    at ', '    at\n', 'Error: ', '\n   '],
  ],
}

const PIECES = [' ', '\n', '0', 'a', '-', ',', '=', '%', '#', '"', '\\', '{', '[', ':', '\0']

/** A reader's name and what it is given, over and over. */
const readings = Object.entries(READERS).flatMap(([name, [, pieces]]) =>
  [...PIECES, ...pieces].map((piece): [reader: string, piece: string] => [name, piece]),
)

/** Nanoseconds that a reader takes with so many letters of a piece: the least of some tries. */
async function timeOf(reader: string, piece: string, letters: number): Promise<number> {
  const read = READERS[reader]![0]
  const text = piece.repeat(Math.ceil(letters / piece.length)).slice(0, letters)
  let least = Infinity
  let spent = 0
  for (let tries = 0; tries < 3 || (spent < 5e6 && tries < 50); tries++) {
    const startedAt = performance.now()
    await read(text)
    const taken = (performance.now() - startedAt) * 1e6
    least = Math.min(least, taken)
    spent += taken
  }
  return least
}

const readers = { readings, timeOf }
export type Readers = typeof readers
Object.assign(globalThis, { readers })
