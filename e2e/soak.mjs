// @ts-check
// One page makes spans for minutes, its collector misbehaves at random, and at the end every span must be accounted for: arrived, counted
// as dropped by reason, or still kept. Exits 1 when one is not, or when the heap grows.
//
//   node e2e/soak.mjs --minutes=10 --rate=200 --seed=1 --file=other/telemetry.min.js
//   --harsh: the collector refuses protobuf, gzip and large bodies for a while each, and the page hides now and then. Bodies are small then, as JSON
//   or of one span; each fault makes all of them wait, and the outbox fills: what it drops is counted, but the heap grows with its list.
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openBrowser } from './loss/browserWithProfile.mjs'
import { accountForSpans, tellAccount } from './soak/accountForSpans.mjs'
import { watchHeap } from './soak/heapOverTime.mjs'
import { startFaults } from './soak/randomFaults.mjs'
import { openSoakPage } from './soak/soakPage.mjs'
import { startHostileCollector } from './support/hostileCollector/startHostileCollector.mjs'
import { FIRST_PART, tagFiles } from './support/tagFiles.mjs'

/** @typedef {import('playwright').Page} Page */

const SAMPLES = 20 // of the heap, over the run
const QUIET_MS = 5000 // a batch delay without a request: whoever wanted to try again has done so
const LAST_CHANCE_MS = 120_000 // for what waits for its next try when the faults end

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    harsh: { type: 'boolean', default: false },
    file: { type: 'string', default: FIRST_PART },
  },
})
const minutes = Number(values.minutes)

const collector = await startHostileCollector({ freshConnections: true }) // else Chromium tries again by itself, and hides the fault
const browser = await openBrowser('chromium')
try {
  await soak()
} finally {
  await browser.end()
  await collector.close()
}

async function soak() {
  for (const [name, code] of tagFiles(values.file)) collector.script(name, code)
  const url = openSoakPage(collector)
  const page = await browser.context().newPage()
  await page.goto(url)
  const heap = await watchHeap(page)

  const faults = startFaults(collector, page, Number(values.seed), { minutes, harsh: values.harsh })
  await page.evaluate((rate) => globalThis.soak.start(rate), Number(values.rate))
  for (let i = 1; i <= SAMPLES; i++) {
    await wait((minutes * 60_000) / SAMPLES)
    await heap.sample()
    if (i % 4 === 0) console.error(`${((i / SAMPLES) * minutes).toFixed(1)} minutes, ${tellStats(await statsOf(page))}`)
  }
  await faults.stop()
  const made = await page.evaluate(() => globalThis.soak.stop())
  await untilQuiet(page)
  await heap.sample()
  const first = await statsOf(page)

  // What this page has stored leaves with the next one.
  await page.goto(url)
  await untilQuiet(page)
  const account = accountForSpans(collector, made, [first, await statsOf(page)])

  const counts = [...faults.counts].map(([fault, count]) => `${fault} ${count}`).join(', ')
  const heapTold = heap.tell()
  console.log(`${browser.version}, ${values.minutes} minutes, ${values.rate} spans a second, seed ${values.seed}`)
  console.log(`faults in ${collector.exports().length} exports: ${counts}`)
  console.log(tellAccount(account))
  console.log(heapTold.text)
  if (!account.isComplete || !heapTold.isFlat) process.exitCode = 1
}

/** @param {Page} page */
function statsOf(page) {
  return page.evaluate(() => globalThis.soak.stats())
}

/** @param {import('./soak/soakPage.mjs').Stats} stats */
function tellStats({ ended, queued, stored = 0, dropped }) {
  return `ended ${ended}, arrived ${collector.spanCount()}, queued ${queued}, stored ${stored}, dropped ${JSON.stringify(dropped)}`
}

/** @param {Page} page */
async function untilQuiet(page) {
  const until = performance.now() + LAST_CHANCE_MS
  while (performance.now() < until) {
    const seen = collector.requests.length
    await page.evaluate((timeoutMs) => globalThis.soak.flush(timeoutMs), QUIET_MS)
    const wentOn = await collector.waitFor(() => collector.requests.length > seen, QUIET_MS).catch(() => false)
    const { queued, stored = 0 } = await statsOf(page)
    if (!wentOn && queued + stored === 0) return
  }
}
