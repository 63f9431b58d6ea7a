// @ts-check
import { compareRows } from './support/compare.mjs'

/** @param {(line: string) => void} log */
export async function encode(log) {
  const plan = (/** @type {string} */ row) => ({ row, aim: 4, unit: 'µs', divisor: 1000, showBytes: true })
  const { chromium, node } = await compareRows([plan('512 spans to JSON'), plan('512 spans to protobuf')], log)
  const about =
    '512 ended spans of 5 attributes, to the bytes of one OTLP request. Theirs: `@opentelemetry/otlp-transformer`.'
  return [
    { title: 'Encoding, Chromium', about, rows: chromium },
    { title: 'Encoding, Node', about: 'The same in a context of Node.', rows: node },
  ]
}
