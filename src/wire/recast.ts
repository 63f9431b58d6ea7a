import type { StoredBatch } from '../export/kept'
import { isJson, JSON_TYPE, SEQUENCE_KEY } from '../export/sealer'
import { fromUtf8, toUtf8 } from '../lib/utf8'
import { gunzip } from './compress'
import { type OtlpPair, type OtlpRequest, readOtlpProtobuf, writeOtlpProtobuf } from './otlpMessages'
import { SYNTAXES } from './syntaxes'

/**
 * A stored body in the form that a collector asks for: raw, as JSON (as protobuf for one that `takesJson` no), or in two halves. `null` where
 * it has that form already, or cannot be read. Its spans are gone by now, so it is taken apart.
 */
export async function recast(
  batch: StoredBatch,
  wish: 'other syntax' | 'smaller',
  takesJson: boolean,
): Promise<readonly StoredBatch[] | null> {
  try {
    const bytes = batch.contentEncoding ? await gunzip(batch.bytes) : batch.bytes
    if (!bytes) return null
    if (wish === 'other syntax' && batch.contentEncoding) return [{ ...batch, bytes, contentEncoding: null }]
    if (wish === 'other syntax' ? isJson(batch) === takesJson : batch.count < 2) return null
    const whole = isJson(batch) ? (JSON.parse(fromUtf8(bytes)) as OtlpRequest) : readOtlpProtobuf(bytes)
    const half = wish === 'smaller' ? Math.ceil(batch.count / 2) : batch.count
    return [part(whole, 0, half), part(whole, half, batch.count)]
      .filter(({ count }) => count > 0)
      .map(({ request, count }) => ({
        endpoint: batch.endpoint,
        bytes: takesJson ? toUtf8(JSON.stringify(request)) : writeOtlpProtobuf(request),
        contentType: takesJson ? JSON_TYPE : SYNTAXES.protobuf.contentType,
        contentEncoding: null,
        count,
      }))
  } catch {
    return null
  }
}

/** The request with those of its spans whose number is from `from` to `to`, `to` excluded. */
function part({ resourceSpans = [] }: OtlpRequest, from: number, to: number): { request: OtlpRequest; count: number } {
  let at = 0
  let count = 0
  const request = {
    resourceSpans: resourceSpans.map(({ resource = {}, scopeSpans = [] }) => ({
      resource: { ...resource, attributes: resource.attributes?.map((pair) => numbered(pair, from)) ?? [] },
      scopeSpans: scopeSpans.map(({ spans = [], ...ofScope }) => {
        const chosen = spans.filter(() => at++ >= from && at <= to)
        count += chosen.length
        return { ...ofScope, spans: chosen }
      }),
    })),
  }
  return { request, count }
}

/** The body's number goes on with the spans that are now in another one. */
function numbered(pair: OtlpPair, from: number): OtlpPair {
  if (pair.key !== SEQUENCE_KEY) return pair
  return { ...pair, value: { intValue: String(Number(pair.value?.intValue) + from) } }
}
