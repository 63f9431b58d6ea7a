import { guard } from '../lib/report'
import type { Attributes } from '../trace/attributes'
import type { TraceContext } from '../trace/span'
import type { SpanMaker } from '../trace/tracer'
import { type HttpOptions, startAttributes, toldUrl } from './httpSpan'
import { isOwnOrigin } from './urls'

const MAX_RESOURCES = 100 // files with a span of their own; those behind them share one for each kind

/** These have spans of their own, or are ours. */
const TRACED_ELSEWHERE = /^(fetch|xmlhttprequest|beacon)$/

/** The moments of a request, as the platform calls them, that become events of its span. */
const MOMENTS = [
  'redirectStart',
  'redirectEnd',
  'fetchStart',
  'domainLookupStart',
  'domainLookupEnd',
  'connectStart',
  'secureConnectionStart',
  'connectEnd',
  'requestStart',
  'responseStart',
  'responseEnd',
] as const

type Redacted = (url: URL) => string

/** Makes the spans below the one of the page's load: of the document, and of the files that came with it. */
export function tellLoad(
  maker: SpanMaker,
  root: TraceContext,
  navigation: PerformanceNavigationTiming,
  redacted: Redacted,
  { ignoreUrls = [] }: HttpOptions,
): void {
  const tell = (name: string, entry: PerformanceResourceTiming) =>
    guard('telling what the page has loaded', () => {
      const url = toldUrl(entry.name, [])
      if (url === null) return
      const span = maker.startSpan(name, {
        parent: root,
        kind: 'client',
        startTime: entry.startTime,
        attributes: attributesOf(entry, url, redacted),
      })
      for (const moment of MOMENTS) if (entry[moment] > 0) span.addEvent(moment, entry[moment])
      if (entry.responseStatus >= 400) span.setAttribute('error.type', String(entry.responseStatus)).setStatus('error')
      span.end(entry.responseEnd)
    })

  tell('documentFetch', navigation)
  const files = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter(
    ({ name, startTime, initiatorType }) =>
      startTime <= navigation.loadEventEnd &&
      !TRACED_ELSEWHERE.test(initiatorType) &&
      toldUrl(name, ignoreUrls) !== null,
  )
  for (const entry of files.slice(0, MAX_RESOURCES)) tell('resourceFetch', entry)
  tellRest(maker, root, files.slice(MAX_RESOURCES))
}

/** One span for each kind of what passes the limit. */
function tellRest(maker: SpanMaker, root: TraceContext, files: readonly PerformanceResourceTiming[]): void {
  const kinds = new Set(files.map(({ initiatorType }) => initiatorType))
  for (const kind of kinds) {
    const some = files.filter(({ initiatorType }) => initiatorType === kind)
    maker
      .startSpan('resourceFetch', {
        parent: root,
        kind: 'client',
        startTime: Math.min(...some.map(({ startTime }) => startTime)),
        attributes: {
          'codomyrmex.resource.initiator_type': kind,
          'codomyrmex.resource.count': some.length,
          'http.response.body.size': some.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
        },
      })
      .end(Math.max(...some.map(({ responseEnd }) => responseEnd)))
  }
}

function attributesOf(entry: PerformanceResourceTiming, url: URL, redacted: Redacted): Attributes {
  const { initiatorType, responseStatus, nextHopProtocol, encodedBodySize, requestStart } = entry
  const version = /^(?:http\/|h)(\d(?:\.\d)?)/.exec(nextHopProtocol)?.[1] // such as `h2`
  return {
    ...startAttributes('GET', 'GET', url, redacted(url)),
    ...(initiatorType !== 'navigation' && { 'codomyrmex.resource.initiator_type': initiatorType }),
    ...(responseStatus > 0 && { 'http.response.status_code': responseStatus }),
    ...(encodedBodySize > 0 && { 'http.response.body.size': encodedBodySize }),
    ...(version && { 'network.protocol.version': version }),
    // Another origin tells the times of its files only where it says `Timing-Allow-Origin`.
    ...(requestStart === 0 && !isOwnOrigin(url) && { 'codomyrmex.resource.timing': 'restricted' }),
  }
}
