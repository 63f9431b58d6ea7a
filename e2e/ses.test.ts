import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { openRecording } from './support/recording'
import type { Lab } from './support/startLab'
import { expect, test } from './support/test'

const sesFile = fileURLToPath(new URL('../node_modules/ses/dist/ses.umd.js', import.meta.url))

declare const lockdown: () => void

const DECLINED = 'warning: [telemetry] `Promise` is frozen: spans are not linked across `await`.'
const STEPPED_ASIDE = 'warning: [telemetry] `lockdown()` was called: spans are not linked across `await`.'

/** What {@link work} gives on a page that is locked down. */
const LOCKED = {
  atOnce: true,
  value: 'own',
  behindAwait: false,
  chain: 'own then',
  after: null,
  isFrozen: true,
}

const sesOf = (lab: Lab) => lab.script('ses.umd.js', readFileSync(sesFile, 'utf8'))

const lock = (page: Page) =>
  page.evaluate(() => {
    try {
      lockdown()
      return 'locked'
    } catch (error) {
      return String(error)
    }
  })

/** What a span sees, and whether the page is locked down as SES wants it. */
const work = (page: Page) =>
  page.evaluate(async () => {
    const own = async () => 'own'
    const seen = await api.withSpan('work', async (span) => {
      const atOnce = api.getCurrentSpan() === span
      const value = await own()
      return {
        atOnce,
        value,
        behindAwait: api.getCurrentSpan() === span,
        chain: await own().then((it) => `${it} then`),
      }
    })
    return { ...seen, after: api.getCurrentSpan(), isFrozen: Object.isFrozen(Promise.prototype) }
  })

const telemetryLines = (told: readonly string[]) => told.filter((line) => line.includes('[telemetry]'))

test('SES: lockdown() first, then we: everything works, and we say that awaits are not linked @engines', async ({
  page,
  lab,
  told,
}) => {
  const ses = sesOf(lab)
  await openRecording(page, lab, {}, `<script src="${ses}"></script><script>lockdown()</script>`)
  expect(await work(page)).toEqual(LOCKED)
  await expect.poll(() => telemetryLines(told)).toEqual([DECLINED])
})

test('SES: lockdown() after a span: we step aside with one sentence, and it locks the page @engines', async ({
  page,
  lab,
  told,
}) => {
  const ses = sesOf(lab)
  await openRecording(page, lab, {}, `<script src="${ses}"></script>`)
  expect(await work(page)).toMatchObject({ behindAwait: true, isFrozen: false })
  expect(await lock(page)).toBe('locked')
  expect(await work(page)).toEqual(LOCKED)
  await expect.poll(() => telemetryLines(told)).toEqual([STEPPED_ASIDE])
})

test('SES that is loaded after a span: we step aside with one sentence, and it locks the page @engines', async ({
  page,
  lab,
  told,
}) => {
  const ses = sesOf(lab)
  await openRecording(page, lab)
  expect(await work(page)).toMatchObject({ behindAwait: true, isFrozen: false })
  await page.addScriptTag({ url: ses })
  expect(await work(page)).toMatchObject({ behindAwait: true, isFrozen: false })
  expect(await lock(page)).toBe('locked')
  expect(await work(page)).toEqual(LOCKED)
  await expect.poll(() => telemetryLines(told)).toEqual([STEPPED_ASIDE])
})

test('SES that is loaded after a span locks the page down once shutdown() was called @engines', async ({
  page,
  lab,
  told,
}) => {
  const ses = sesOf(lab)
  await openRecording(page, lab)
  expect(await page.evaluate(() => 'lockdown' in globalThis)).toBe(false)
  expect(await work(page)).toMatchObject({ behindAwait: true })
  await page.evaluate(() => api.startTelemetry().shutdown())
  expect(await page.evaluate(() => 'lockdown' in globalThis)).toBe(false)
  await page.addScriptTag({ url: ses })
  expect(await lock(page)).toBe('locked')
  expect(telemetryLines(told)).not.toContain(STEPPED_ASIDE)
})
