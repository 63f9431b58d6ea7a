// @ts-check
/** Added to what the page starts with: the one place for options that the soak is to be made with. */
const OPTIONS = { compression: 'gzip' }

/** The name of every span that is counted. */
export const SPAN_NAME = 'work'

/** @typedef {{ ended: number, queued: number, stored?: number, dropped: Record<string, number> }} Stats */
/**
 * What the page offers to the soak, as `globalThis.soak`.
 * @typedef {object} SoakPage
 * @property {(rate: number) => void} start so many spans a second, until `stop`
 * @property {() => Promise<number>} stop how many it has made, all of them ended
 * @property {(timeoutMs: number) => Promise<void>} flush resolves also when the flush failed
 * @property {() => Stats} stats
 * @property {(state: 'hidden' | 'visible') => void} turn makes the page believe it
 */

// A browser may run a timer late: each tick makes what is due by the clock.
const SOAK = `
import * as api from '/telemetry.min.js'
const telemetry = api.startTelemetry(soakOptions)
let made = 0
let timer
const open = new Set()

const attributes = () => ({ 'soak.n': made++, 'app.route': '/items/:id', 'url.full': 'https://shop.example/api/items?page=2' })
const kinds = [
  () => api.startSpan('${SPAN_NAME}', { attributes: attributes() }).end(),
  () => api.startSpan('${SPAN_NAME}', { kind: 'client', attributes: { ...attributes(), 'http.response.status_code': 200 } }).end(),
  () => {
    const span = api.startSpan('${SPAN_NAME}', { attributes: attributes() })
    span.recordException(new Error('out of stock'))
    span.setStatus('error').end()
  },
  () => void api.withSpan('${SPAN_NAME}', attributes(), (parent) => {
    api.startSpan('${SPAN_NAME}', { attributes: attributes() }).end()
    parent.addEvent('child done')
  }),
  () => {
    const work = api.withSpan('${SPAN_NAME}', attributes(), async () => { await new Promise((resolve) => setTimeout(resolve, 20)) })
    open.add(work)
    void work.then(() => open.delete(work))
  },
]

globalThis.soak = {
  start(rate) {
    const startedAt = performance.now()
    let round = 0
    timer = setInterval(() => {
      const due = ((performance.now() - startedAt) / 1000) * rate
      while (made < due) kinds[round++ % kinds.length]()
    }, 50)
  },
  async stop() {
    clearInterval(timer)
    await Promise.all(open)
    return made
  },
  flush: (timeoutMs) => telemetry.forceFlush(timeoutMs).catch(() => {}),
  stats: () => telemetry.stats(),
  turn(state) {
    if (state === 'visible') Reflect.deleteProperty(document, 'visibilityState')
    else Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  },
}`

/**
 * @param {import('../support/hostileCollector/contract').HostileCollector} collector
 * @returns {string} its URL
 */
export function openSoakPage(collector) {
  const options = { serviceName: 'soak', endpoint: collector.otherEndpoint, ...OPTIONS }
  return collector.page(
    `<script>globalThis.soakOptions = ${JSON.stringify(options)}</script><script type="module">${SOAK}</script><p>soak`,
  )
}
