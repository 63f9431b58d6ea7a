import type { Page } from '@playwright/test'
import { openRecording } from './support/recording'
import { allSaid, expect, test } from './support/test'

const FROZEN = {
  'Promise.prototype': 'Object.freeze(Promise.prototype)',
  Promise: 'Object.freeze(Promise)',
  'Promise and its prototype': 'Object.freeze(Promise); Object.freeze(Promise.prototype)',
} as const

/** As SES and other lock-downs do it: all that has a name of a class. */
const FREEZE_ALL = `for (const name of Object.getOwnPropertyNames(globalThis)) {
  const { value } = Object.getOwnPropertyDescriptor(globalThis, name)
  if (typeof value !== 'function' || !/^[A-Z]/.test(name)) continue
  Object.freeze(value)
  Object.freeze(value.prototype)
}`

const DECLINED = 'warning: [telemetry] `Promise` is frozen: spans are not linked across `await`.'

/** What an application does with promises in a span, and in `spans` what was recorded of it. */
function work(page: Page) {
  return page.evaluate(async () => {
    const own = async () => 'own'
    const current = () => api.getCurrentSpan()
    const values = await api.withSpan('work', async (span) => {
      const atOnce = current() === span
      const timer = new Promise((resolve) => setTimeout(() => resolve(current() === span)))
      const values = {
        atOnce,
        timer: await timer,
        behindAwait: current() === span,
        own: await own(),
        status: (await fetch('/lab/echo')).status,
        chain: await Promise.resolve(1)
          .then((number) => number + 1)
          .finally(() => {}),
        caught: await Promise.reject(new Error('caught')).catch((error: Error) => error.message),
        all: await Promise.all([own(), 2]),
      }
      const promise = own()
      return { ...values, isSame: Promise.resolve(promise) === promise, isPromise: promise instanceof Promise }
    })
    return { ...values, current: current(), spans: (await ended()).map(({ name, parent }) => [name, parent]) }
  })
}

const WORKED = {
  atOnce: true,
  timer: true,
  own: 'own',
  status: 200,
  chain: 2,
  caught: 'caught',
  all: ['own', 2],
  isSame: true,
  isPromise: true,
  current: null,
}
const UNLINKED = {
  ...WORKED,
  behindAwait: false,
  spans: [
    ['GET', null],
    ['work', null],
  ],
}
const LINKED = {
  ...WORKED,
  behindAwait: true,
  spans: [
    ['first', null],
    ['GET', 'work'],
    ['work', null],
  ],
}

const freezeInPage = (page: Page, code: string) => page.evaluate((code) => void new Function(code)(), code)
const firstSpan = (page: Page) => page.evaluate(() => api.withSpan('first', () => (async () => {})()))

for (const [what, freeze] of Object.entries(FROZEN)) {
  test(`${what} frozen before us: we decline with one sentence and everything works @engines`, async ({
    page,
    lab,
    told,
  }) => {
    await openRecording(page, lab, {}, `<script>${freeze}</script>`)
    expect(await work(page)).toEqual(UNLINKED)
    await allSaid(page)
    expect(told).toEqual([DECLINED])
  })

  test(`${what} frozen between our start and the first span: we decline with one sentence @engines`, async ({
    page,
    lab,
    told,
  }) => {
    await openRecording(page, lab)
    await freezeInPage(page, freeze)
    expect(await work(page)).toEqual(UNLINKED)
    await allSaid(page)
    expect(told).toEqual([DECLINED])
  })

  test(`${what} frozen after the first span: all works, spans are linked, and shutdown() breaks nothing @engines`, async ({
    page,
    lab,
    told,
  }) => {
    await openRecording(page, lab)
    await firstSpan(page)
    await freezeInPage(page, freeze)
    expect(await work(page)).toEqual(LINKED)
    await allSaid(page)
    expect(told).toEqual([])
    const after = await page.evaluate(async () => {
      await api.startTelemetry().shutdown()
      const own = async () => 'own'
      const value = await own()
      return [value, await Promise.resolve(3), own().constructor === Promise]
    })
    expect(after).toEqual(['own', 3, true])
  })
}

test('every built-in frozen before us: everything works @engines', async ({ page, lab, told }) => {
  await openRecording(page, lab, {}, `<script>${FREEZE_ALL}</script>`)
  expect(await work(page)).toEqual(UNLINKED)
  await allSaid(page)
  expect(told).toContain(DECLINED)
  expect(told.filter((line) => !/^warning: \[telemetry\] .* it is left alone\.$/.test(line))).toEqual([DECLINED])
})

test('every built-in frozen after the first span: everything works and spans are linked @engines', async ({
  page,
  lab,
  told,
}) => {
  await openRecording(page, lab)
  await firstSpan(page)
  await freezeInPage(page, FREEZE_ALL)
  expect(await work(page)).toEqual(LINKED)
  await allSaid(page)
  expect(told).toEqual([])
})

test('shutdown() passes over what the page has frozen, and undoes the rest @engines', async ({ page, lab, told }) => {
  await openRecording(page, lab)
  await firstSpan(page)
  await freezeInPage(page, FROZEN['Promise and its prototype'])
  await page.evaluate(() => api.startTelemetry().shutdown())
  await allSaid(page)
  expect(told.filter((line) => line.includes('stopping failed'))).toEqual([])
})

test('`then` of a frozen prototype cannot be replaced after the first span @engines', async ({ page, lab }) => {
  await openRecording(page, lab)
  await firstSpan(page)
  await freezeInPage(page, FROZEN['Promise.prototype'])
  await freezeInPage(page, "Promise.prototype.then = () => 'replaced'")
  expect(await page.evaluate(() => typeof Promise.resolve().then())).toBe('object')
})

test('a frozen promise stays as it is when somebody assigns its `then`, in sloppy code without an error @engines', async ({
  page,
  lab,
}) => {
  await openRecording(page, lab)
  const assign = () =>
    page.evaluate(async () => {
      const sloppy = new Function('promise', 'promise.then = 1; promise.constructor = 2') as (p: unknown) => void
      const tryIn = async () => {
        const promise = Object.freeze(Promise.resolve('value'))
        sloppy(promise)
        return [typeof promise.then, Object.keys(promise), await promise] as const
      }
      return { outside: await tryIn(), inside: await api.withSpan('span', tryIn) }
    })
  expect(await assign()).toEqual({ outside: ['function', [], 'value'], inside: ['function', [], 'value'] })
})
