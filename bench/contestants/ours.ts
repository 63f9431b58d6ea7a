import {
  alwaysOff,
  getCurrentSpan,
  type Span,
  type SpanProcessor,
  startSpan,
  startTelemetry,
  withSpan,
} from '@codomyrmex/telemetry'
import { encodeOtlpJson } from '../../src/wire/otlpJson'
import { encodeOtlpProtobuf } from '../../src/wire/otlpProtobuf'
import { fiveAttributes, twentyAttributes } from './attributes'
import { enter, type Work } from './contract'
import { livedIn } from './livedIn'

let keep: (span: Span) => void = () => {}
let kept: unknown // so that no optimiser finds a span to be of no use
let n = 0

const processor: SpanProcessor = {
  onStart() {},
  onEnd: (span) => keep(span),
  async forceFlush() {},
  async shutdown() {},
}

function start(options = {}): void {
  startTelemetry({ serviceName: 'shop', processors: [processor], instrument: false, ...options })
  livedIn(startSpan)
  if (!withSpan('bench', getCurrentSpan)) throw new Error('the telemetry to be measured is off')
  keep = (span) => {
    kept = span
  }
}

const spans = (call: () => void, options = {}) => {
  start(options)
  return { callsAtOnce: 50, call }
}

let size = 0

function encoding(encode: (spans: readonly Span[]) => Uint8Array): Work {
  start()
  const list: Span[] = []
  keep = (span) => list.push(span)
  const parent = startSpan('root')
  for (let i = 0; i < 512; i++) startSpan(`GET /api/items/${i % 8}`, { attributes: fiveAttributes(i), parent }).end()
  size = encode(list).length
  return {
    callsAtOnce: 1,
    call() {
      kept = encode(list)
    },
  }
}

enter({
  rows: {
    'two clock reads': () =>
      spans(() => {
        kept = performance.now() + performance.now()
      }),
    'span, no attributes': () => spans(() => startSpan('load').end()),
    'span, 5 attributes': () => spans(() => startSpan('load', { attributes: fiveAttributes(n++) }).end()),
    'span, 20 attributes': () => spans(() => startSpan('load', { attributes: twentyAttributes(n++) }).end()),
    'unsampled span, 5 attributes': () =>
      spans(() => startSpan('load', { attributes: fiveAttributes(n++) }).end(), { sampler: alwaysOff() }),
    'work in an active span': () => {
      const work = () => n++
      return spans(() => withSpan('load', work))
    },
    'read the active span': () => {
      start()
      return {
        callsAtOnce: 50,
        call() {
          kept = getCurrentSpan()
        },
      }
    },
    'read the active span inside one': () => {
      start()
      return {
        callsAtOnce: 1,
        call() {
          withSpan('load', () => {
            for (let i = 0; i < 1000; i++) kept = getCurrentSpan()
          })
        },
      }
    },
    '512 spans to JSON': () => encoding(encodeOtlpJson),
    '512 spans to protobuf': () => encoding(encodeOtlpProtobuf),
  },
  bytes: () => size,
  hold(count) {
    start()
    const list: Span[] = new Array(count)
    let at = 0
    keep = (span) => {
      list[at++] = span
    }
    for (let i = 0; i < count; i++) startSpan('load', { attributes: fiveAttributes(i) }).end()
    kept = list
  },
})

/** The last thing kept; reading it keeps it alive. */
export const last = () => kept
