// @ts-check
import { bundle } from '../../bench/support/bundle.mjs'
import { tagFiles } from '../support/tagFiles.mjs'

/** @typedef {import('../support/hostileCollector/contract').HostileCollector} HostileCollector */
/** @typedef {{ endpoint: string, headers?: Record<string, string> }} Setup */
/**
 * @typedef {object} Contestant
 * @property {string} title
 * @property {boolean} outlivesItsPage
 * @property {(collector: HostileCollector, setup: Setup, isYoung: boolean) => string} open isYoung: what is loaded later does not come
 * @property {(collector: HostileCollector) => void} [finish] from now on it comes
 */

/** Added to what the page of ours starts with: the one place for options that the table is to be made with. */
const OUR_OPTIONS = {}

/** The name of every span that counts; whatever else a contestant sends is its own affair. */
export const SPAN_NAME = 'work'

// Ends its spans in ten bursts of 10 ms, and resolves in the task of the last one.
const END_SPANS = `
globalThis.endSpans = (count) => new Promise((resolve) => {
  const routes = ['/', '/items/:id', '/cart', '/checkout']
  let made = 0
  const burst = (round) => {
    for (; made < (count * round) / 10; made++) {
      const attributes = { 'app.route': routes[made % 4], 'app.item': made, 'app.cached': made % 3 === 0 }
      if (made % 3 > 0) attributes['url.full'] = 'https://shop.example/api/items/' + made + '?page=2'
      if (made % 3 > 1) attributes['http.response.status_code'] = 200
      endSpan('${SPAN_NAME}', attributes)
    }
    if (round === 10) resolve()
    else setTimeout(burst, 10, round + 1)
  }
  burst(1)
})`

const OURS = `
import * as api from '/telemetry.min.js'
const telemetry = api.startTelemetry(lossSetup)
globalThis.endSpan = (name, attributes) => api.startSpan(name, { attributes }).end()
globalThis.countWaiting = () => telemetry.stats().queued + (telemetry.stats().stored ?? 0)`

/**
 * Who is compared, each with the page that starts it.
 * @param {{ file?: string | undefined }} choice `file`: another build of ours
 * @returns {Promise<Record<'ours' | 'otel', Contestant>>}
 */
export async function loadContestants({ file }) {
  const ours = tagFiles(file) // once: a build that happens meanwhile changes nothing
  const otel = await bundle('../e2e/loss/otelPage.ts', { minify: true })
  return {
    ours: {
      title: 'this project',
      outlivesItsPage: true,
      open(collector, setup, isYoung) {
        const [[name, code] = ['', '']] = ours
        collector.script(name, code)
        if (isYoung) for (const later of [...ours.keys()].slice(1)) collector.never(later)
        else this.finish?.(collector)
        return openPage(
          collector,
          { serviceName: 'loss', ...setup, ...OUR_OPTIONS },
          `<script type="module">${OURS}</script>`,
        )
      },
      finish(collector) {
        for (const [name, code] of ours) collector.script(name, code)
      },
    },
    otel: {
      title: 'OpenTelemetry JS',
      outlivesItsPage: false, // it keeps nothing for the next page view
      open: (collector, setup) =>
        openPage(collector, setup, `<script src="${collector.script('otel.js', otel)}"></script>`),
    },
  }
}

/** @param {HostileCollector} collector @param {object} setup @param {string} start */
function openPage(collector, setup, start) {
  return collector.page(`<script>globalThis.lossSetup = ${JSON.stringify(setup)}\n${END_SPANS}</script>${start}<p>shop`)
}
