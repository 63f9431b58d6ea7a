// @ts-check
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { bundle, bundleTagFile } from './support/bundle.mjs'

const HALF = 2
const THIRD = 3

/** @param {(line: string) => void} log */
export async function size(log) {
  const minified = (/** @type {string} */ entry, zone = true, later = true) =>
    bundle(entry, { format: 'es', minify: true, zone, later })
  const sizesOf = async (/** @type {string} */ name, /** @type {Promise<string>} */ code) => {
    const bytes = Buffer.from(await code)
    const sizes = {
      min: bytes.length,
      gzip: gzipSync(bytes, { level: 9 }).length,
      brotli: brotliCompressSync(bytes).length,
    }
    log(`${name}: ${sizes.min} bytes, gzip ${sizes.gzip}, brotli ${sizes.brotli}`)
    return sizes
  }
  const first = await sizesOf('app, what a page starts with', minified('apps/ours.ts', true, false))
  const firstBare = await sizesOf('the same without zone.js', minified('apps/ours.ts', false, false))
  const app = await sizesOf('app, both parts', minified('apps/ours.ts'))
  const smallest = await sizesOf('startSpan and withSpan alone', minified('apps/smallest.ts', true, false))
  const otelSmallest = await sizesOf(
    'OpenTelemetry, tracer of its API alone',
    minified('apps/otelSmallest.ts', true, false),
  )
  const file = await sizesOf('telemetry.min.js', bundleTagFile('telemetry.min.js'))
  const full = await sizesOf('telemetry.full.min.js', bundleTagFile('telemetry.full.min.js'))
  const otel = await sizesOf('OpenTelemetry, JSON', minified('apps/otelJson.ts'))
  const otelBare = await sizesOf('OpenTelemetry, JSON, without zone.js', minified('apps/otelJson.ts', false))
  const otelProto = await sizesOf('OpenTelemetry, protobuf', minified('apps/otelProto.ts'))
  await sizesOf('zone.js', minified('apps/zone.ts'))

  const row = (
    /** @type {string} */ name,
    /** @type {number} */ ours,
    /** @type {number} */ theirs,
    /** @type {number} */ aim = Number.NaN,
  ) => ({ name, unit: 'bytes', ours, theirs, ratio: theirs / ours, ...(Number.isFinite(aim) && { aim }) })
  return [
    {
      title: 'Size',
      about:
        'An application that imports `startTelemetry` and `withSpan`, and one that wires OpenTelemetry’s packages for the same job ' +
        '(web SDK, zone context, fetch, XHR, batches, OTLP), by the same build (Vite, terser). Ours always has both encodings.',
      rows: [
        row('gzip, with zone.js, what a page starts with; theirs with JSON', first.gzip, otel.gzip, HALF),
        row('gzip, with zone.js, both parts; theirs with JSON', app.gzip, otel.gzip),
        row('gzip, with zone.js, both parts; theirs with protobuf', app.gzip, otelProto.gzip),
        row('gzip, without zone.js, what a page starts with', firstBare.gzip, otelBare.gzip, THIRD),
        row('brotli, with zone.js, what a page starts with', first.brotli, otel.brotli),
        row('brotli, without zone.js, what a page starts with', firstBare.brotli, otelBare.brotli),
        row('minified, with zone.js, what a page starts with', first.min, otel.min),
        row('gzip, `startSpan` and `withSpan` alone, for what the page has started', smallest.gzip, otelSmallest.gzip),
        row('gzip, `telemetry.min.js` (every export)', file.gzip, otel.gzip, HALF),
        row('gzip, `telemetry.full.min.js` (every export, both parts)', full.gzip, otel.gzip),
      ],
    },
  ]
}
