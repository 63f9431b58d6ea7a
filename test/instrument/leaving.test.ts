// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Span } from '../../src/trace/span'
import { catchReports } from '../support/reports'
import { FakeXhr } from './fakeXhr'
import { PAGE, stopAll, stubPage, traced, traceFetches } from './pageFetch'

vi.hoisted(() => vi.useFakeTimers()) // before the sources take the timers of the page

class FakeNavigation extends EventTarget {
  transition: object | null = null
  go(more: { sameDocument?: boolean; downloadRequest?: string | null } = {}): void {
    const { sameDocument = false, downloadRequest = null } = more
    this.dispatchEvent(Object.assign(new Event('navigate'), { destination: { sameDocument }, downloadRequest }))
  }
}

let navigation: FakeNavigation
beforeEach(() => {
  catchReports()
  stubPage()
  navigation = new FakeNavigation()
  vi.stubGlobal('navigation', navigation)
})
afterEach(stopAll)

const lasted = ({ startTime, endTime }: Span) => endTime! - startTime

/** A fetch under way, with what fails it as Firefox does. */
async function fetching() {
  let fail = () => {}
  const { spans } = traced(
    () =>
      new Promise((_, reject) => {
        fail = () => reject(new TypeError('NetworkError when attempting to fetch resource.'))
      }),
  )
  fetch('/api').catch(() => {})
  return {
    spans,
    async failAfter(ms: number) {
      await vi.advanceTimersByTimeAsync(ms)
      fail()
      await vi.advanceTimersByTimeAsync(0)
    },
  }
}

it('a fetch that fails as a navigation begins is kept open: it ends with the page', async () => {
  const { spans, failAfter } = await fetching()
  navigation.go()
  await failAfter(20)
  await vi.advanceTimersByTimeAsync(9000)
  expect(spans).toEqual([])
})

it('when the page is not left after all it is the failure that it was, at its time', async () => {
  const { spans, failAfter } = await fetching()
  const begun = Date.now()
  navigation.go() // to a download, or an answer without content
  await failAfter(20)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(spans).toHaveLength(1)
  expect(spans[0]).toMatchObject({ status: { code: 'error' }, attributes: { 'error.type': 'TypeError' } })
  expect(lasted(spans[0]!)).toBeCloseTo(20, -1)
  expect(Date.now() - begun).toBeGreaterThan(10_000)
})

it.each([
  ['long after the navigation began', {}, 2000, null],
  ['as the document itself changes', { sameDocument: true }, 20, null],
  ['as a download begins', { downloadRequest: '' }, 20, null],
  ['while the page itself takes the navigation over', {}, 20, {}],
])('a fetch that fails %s is a failure at once', async (_, how, after, transition) => {
  const { spans, failAfter } = await fetching()
  navigation.go(how)
  navigation.transition = transition
  await failAfter(after)
  expect(spans.map(({ status }) => status.code)).toEqual(['error'])
})

it('without the Navigation API a failure is one at once', async () => {
  vi.stubGlobal('navigation', undefined)
  const { spans, failAfter } = await fetching()
  await failAfter(20)
  expect(spans.map(({ status }) => status.code)).toEqual(['error'])
})

it('an XMLHttpRequest that the browser takes back without a word is kept open, and else the failure that it was', async () => {
  vi.stubGlobal('XMLHttpRequest', FakeXhr)
  const { spans } = traceFetches(true, { instrument: { fetch: false, xhr: true } })
  const request = new FakeXhr()
  request.open('GET', '/api')
  request.send()
  await vi.advanceTimersByTimeAsync(20)
  request.answer(0, ['readystatechange', 'loadend'])
  await vi.advanceTimersByTimeAsync(9000)
  expect(spans).toEqual([])
  await vi.advanceTimersByTimeAsync(1000)
  expect(spans).toHaveLength(1)
  expect(spans[0]).toMatchObject({ status: { code: 'error' }, attributes: { 'error.type': 'network_error' } })
  expect(lasted(spans[0]!)).toBeCloseTo(20, -1)
})

describe('in Firefox, where the address bar fires no `navigate`', () => {
  let window: EventTarget
  beforeEach(() => {
    window = new EventTarget()
    vi.stubGlobal('window', window)
    vi.stubGlobal(
      'document',
      Object.assign(new EventTarget(), { nodeType: 9, baseURI: PAGE, visibilityState: 'visible' }),
    )
    vi.stubGlobal('mozInnerScreenX', 0)
    vi.stubGlobal('navigation', undefined)
  })

  it('a fetch that fails as the page is unloaded is kept open', async () => {
    const { spans, failAfter } = await fetching()
    window.dispatchEvent(new Event('beforeunload'))
    await failAfter(20)
    expect(spans).toEqual([])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(spans.map(({ status }) => status.code)).toEqual(['error'])
  })

  it('the page is asked only while a fetch is under way', async () => {
    const { spans, failAfter } = await fetching()
    await failAfter(20)
    window.dispatchEvent(new Event('beforeunload'))
    fetch('/api').catch(() => {})
    await failAfter(20)
    expect(spans.map(({ status }) => status.code)).toEqual(['error', 'error'])
  })
})

it('navigations are followed only while fetch is traced', async () => {
  const asked = vi.fn(() => ({ sameDocument: false }))
  const navigate = () =>
    navigation.dispatchEvent(Object.defineProperty(new Event('navigate'), 'destination', { get: asked }))
  const { telemetry } = traced()
  navigate()
  expect(asked).toHaveBeenCalledTimes(1)
  await telemetry.shutdown()
  navigate()
  expect(asked).toHaveBeenCalledTimes(1)
})
