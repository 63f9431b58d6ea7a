// @ts-check
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { bundle, bundleCdnFile } from './support/bundle.mjs'

const HALF = 2
const THIRD = 3

/** @param {(line: string) => void} log */
export async function size(log) {
  const minified = (/** @type {string} */ entry, zone = true) => bundle(entry, { format: 'es', minify: true, zone })
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
  const app = await sizesOf('app', minified('apps/ours.ts'))
  const appBare = await sizesOf('app without zone.js', minified('apps/ours.ts', false))
  const file = await sizesOf('telemetry.min.js', bundleCdnFile())
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
        row('gzip, with zone.js, theirs with JSON', app.gzip, otel.gzip, HALF),
        row('gzip, with zone.js, theirs with protobuf', app.gzip, otelProto.gzip),
        row('gzip, without zone.js', appBare.gzip, otelBare.gzip, THIRD),
        row('brotli, with zone.js', app.brotli, otel.brotli),
        row('brotli, without zone.js', appBare.brotli, otelBare.brotli),
        row('minified, with zone.js', app.min, otel.min),
        row('gzip, `telemetry.min.js` (every export)', file.gzip, otel.gzip, HALF),
      ],
    },
  ]
}
