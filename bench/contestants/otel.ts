import 'zone.js'
import { ROOT_CONTEXT, type Tracer, trace } from '@opentelemetry/api'
import { ZoneContextManager } from '@opentelemetry/context-zone-peer-dep'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  type ReadableSpan,
  type SpanProcessor,
  WebTracerProvider,
} from '@opentelemetry/sdk-trace-web'
import { fiveAttributes, twentyAttributes } from './attributes'
import { enter, type Work } from './contract'
import { livedIn } from './livedIn'

let keep: (span: ReadableSpan) => void = () => {}
let kept: unknown // so that no optimiser finds a span to be of no use
let n = 0

const processor: SpanProcessor = {
  onStart() {},
  onEnd: (span) => keep(span),
  async forceFlush() {},
  async shutdown() {},
}

function start(options = {}): Tracer {
  const resource = resourceFromAttributes({
    'service.name': 'shop',
    'user_agent.original': globalThis.navigator?.userAgent,
    'browser.language': globalThis.navigator?.language,
  })
  const provider = new WebTracerProvider({ resource, spanProcessors: [processor], ...options })
  provider.register({ contextManager: new ZoneContextManager() })
  keep = (span) => {
    kept = span
  }
  const tracer = provider.getTracer('bench')
  livedIn((name, options) => tracer.startSpan(name, options))
  return tracer
}

const spans = (callWith: (tracer: Tracer) => () => void, options = {}) => ({
  callsAtOnce: 50,
  call: callWith(start(options)),
})

let size = 0

function encoding(serializer: { serializeRequest(spans: ReadableSpan[]): Uint8Array | undefined }): Work {
  const tracer = start()
  const list: ReadableSpan[] = []
  keep = (span) => list.push(span)
  const parent = trace.setSpan(ROOT_CONTEXT, tracer.startSpan('root'))
  for (let i = 0; i < 512; i++)
    tracer.startSpan(`GET /api/items/${i % 8}`, { attributes: fiveAttributes(i) }, parent).end()
  size = serializer.serializeRequest(list)?.length ?? 0
  return {
    callsAtOnce: 1,
    call() {
      kept = serializer.serializeRequest(list)
    },
  }
}

enter({
  rows: {
    'two clock reads': () =>
      spans(() => () => {
        kept = performance.now() + performance.now()
      }),
    'span, no attributes': () => spans((tracer) => () => tracer.startSpan('load').end()),
    'span, 5 attributes': () =>
      spans((tracer) => () => tracer.startSpan('load', { attributes: fiveAttributes(n++) }).end()),
    'span, 20 attributes': () =>
      spans((tracer) => () => tracer.startSpan('load', { attributes: twentyAttributes(n++) }).end()),
    'unsampled span, 5 attributes': () =>
      spans((tracer) => () => tracer.startSpan('load', { attributes: fiveAttributes(n++) }).end(), {
        sampler: new AlwaysOffSampler(),
      }),
    'work in an active span': () => {
      const work = () => n++
      return spans((tracer) => () => {
        tracer.startActiveSpan('load', (span) => {
          try {
            return work()
          } finally {
            span.end()
          }
        })
      })
    },
    'read the active span': () => {
      start()
      return {
        callsAtOnce: 50,
        call() {
          kept = trace.getActiveSpan()
        },
      }
    },
    'read the active span inside one': () => {
      const tracer = start()
      return {
        callsAtOnce: 1,
        call() {
          tracer.startActiveSpan('load', (span) => {
            for (let i = 0; i < 1000; i++) kept = trace.getActiveSpan()
            span.end()
          })
        },
      }
    },
    '512 spans to JSON': () => encoding(JsonTraceSerializer),
    '512 spans to protobuf': () => encoding(ProtobufTraceSerializer),
  },
  bytes: () => size,
  hold(count) {
    const tracer = start()
    const list: ReadableSpan[] = new Array(count)
    let at = 0
    keep = (span) => {
      list[at++] = span
    }
    for (let i = 0; i < count; i++) tracer.startSpan('load', { attributes: fiveAttributes(i) }).end()
    kept = list
  },
})

/** The last thing kept; reading it keeps it alive. */
export const last = () => kept
