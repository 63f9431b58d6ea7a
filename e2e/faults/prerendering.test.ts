import { chromiumPath } from '../support/chromiumPath'
import { showPage } from './supportBareBrowser'
import { expectOnce, LONG_MS, namesOf } from './supportPage'
import { expect, test } from './supportTest'

// Chromium alone prerenders.

const OF_PAGE = ['ahead of the visit', 'at the visit']
const OF_LOAD = ['documentLoad', 'documentFetch']

for (const { what, visit, load, names } of [
  { what: 'that is visited sends everything then', visit: true, load: false, names: OF_PAGE },
  { what: 'that is visited tells its load then', visit: true, load: true, names: [...OF_PAGE, ...OF_LOAD] },
  { what: 'that nobody visits sends nothing, ever', visit: false, load: true, names: [] },
])
  test(`a prerendered page ${what}`, async ({ collector, launchOptions }) => {
    const ahead = collector.page(`<script type="module">
      import { startTelemetry, withSpan } from '/telemetry.min.js'
      const telemetry = startTelemetry({ instrument: { fetch: false, xhr: false, load: ${load} }, ignoreUrls: [/telemetry/], batch: { scheduledDelay: 1 } })
      withSpan(document.prerendering ? 'ahead of the visit' : 'without a prerendering', () => {})
      document.addEventListener('prerenderingchange', () => withSpan('at the visit', () => {}))
      await telemetry.forceFlush(500).catch(() => {})
      await fetch('/v1/traces?said=loaded', { method: 'POST' })
    </script>`)
    const elsewhere = collector.page(`<script>fetch('/v1/traces?said=elsewhere', { method: 'POST' })</script>`)
    const first = collector.page(`<script type="speculationrules">
        { "prerender": [{ "urls": ["${ahead}"], "eagerness": "immediate" }] }
      </script>
      <script type="module">
        const mayGo = async () => (await (await fetch('/v1/traces?said=ask', { method: 'POST' })).text()) === 'go'
        while (!(await mayGo())) await new Promise((resolve) => setTimeout(resolve, 50))
        location.href = '${visit ? ahead : elsewhere}'
      </script>`)
    const hasSaid = (word: string) => collector.exports().some(({ path }) => path.includes(`said=${word}`))
    collector.always(({ path }) => (path.includes('said=') ? { body: hasSaid('loaded') ? 'go' : 'wait' } : {}))

    const close = showPage(chromiumPath(launchOptions), first)
    try {
      await collector.waitFor(() => hasSaid('loaded'), LONG_MS)
      expect(namesOf(collector)).toEqual([])
      if (!visit) {
        await collector.waitFor(() => hasSaid('elsewhere'), LONG_MS)
        await new Promise((resolve) => setTimeout(resolve, 1000)) // what would be sent now is wrong, and nothing tells that it is not
      }
      await expectOnce(collector, names)
    } finally {
      await close()
    }
  })
