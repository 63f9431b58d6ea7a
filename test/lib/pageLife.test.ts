// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type HidePhase, isEnding, isExiting, isPutAside, onPageHide } from '../../src/lib/pageLife'

// Each a target of its own, so that what is sent to one does not reach the other.
const page = {
  window: new EventTarget(),
  document: Object.assign(new EventTarget(), { nodeType: 9, visibilityState: 'visible' as DocumentVisibilityState }),
}
const undo: (() => void)[] = []
beforeEach(() => {
  page.document.visibilityState = 'visible'
  vi.stubGlobal('window', page.window)
  vi.stubGlobal('document', page.document)
})
afterEach(() => {
  for (const off of undo.splice(0)) off()
  vi.unstubAllGlobals()
})

function watch() {
  const hidden = vi.fn<(final: boolean) => void>()
  const off = onPageHide('send', hidden)
  undo.push(off)
  return { off, calls: () => hidden.mock.calls.map(([final]) => final) }
}
function become(next: DocumentVisibilityState) {
  page.document.visibilityState = next
  page.document.dispatchEvent(new Event('visibilitychange'))
}
const pageEvent = (type: string, persisted: boolean, on: EventTarget = page.window) =>
  on.dispatchEvent(Object.assign(new Event(type), { persisted }))

it('visibilitychange to hidden calls back at once, and it is not final', () => {
  const { calls } = watch()
  become('hidden')
  expect(calls()).toEqual([false])
})

it('visibilitychange to visible calls nobody', () => {
  const { calls } = watch()
  become('visible')
  expect(calls()).toEqual([])
})

it('pagehide is final unless the page goes into the back/forward cache', () => {
  const { calls } = watch()
  pageEvent('pagehide', true)
  pageEvent('pagehide', false)
  expect(calls()).toEqual([false, true])
})

it('pagehide is listened to on window, where browsers send it, not on document', () => {
  const { calls } = watch()
  pageEvent('pagehide', false, page.document)
  expect(calls()).toEqual([])
})

it('a page that comes back from the back/forward cache is heard again', () => {
  const { calls } = watch()
  pageEvent('pagehide', true)
  expect(isExiting()).toBe(true)
  pageEvent('pageshow', true)
  expect(isExiting()).toBe(false)
  pageEvent('pagehide', false)
  expect(calls()).toEqual([false, true])
})

it('isExiting is true from the hide until the page is seen again', () => {
  watch()
  expect(isExiting()).toBe(false)
  become('hidden')
  expect(isExiting()).toBe(true)
  become('visible')
  expect(isExiting()).toBe(false)
})

it('isExiting is true inside the callback', () => {
  const seen: boolean[] = []
  undo.push(onPageHide('send', () => seen.push(isExiting())))
  pageEvent('pagehide', false)
  expect(seen).toEqual([true])
})

it('each undo takes its own callback away, and the last one the listeners', () => {
  const first = watch()
  const second = watch()
  first.off()
  become('hidden')
  second.off()
  expect([first.calls(), second.calls(), isExiting()]).toEqual([[], [false], true])
  page.document.visibilityState = 'visible'
  pageEvent('pagehide', true)
  expect(isExiting()).toBe(false)
})

it('without a document nobody is called, and nothing throws', () => {
  vi.stubGlobal('document', undefined)
  watch().off()
  expect(isExiting()).toBe(false)
})

const PHASES: readonly HidePhase[] = ['collect', 'send', 'keep', 'close']

/** Every phase, asked for in the order of `phases`; what was heard, each with whether the page counts as shown. */
function hear(phases: readonly HidePhase[]) {
  const heard: string[] = []
  for (const phase of phases) undo.push(onPageHide(phase, () => heard.push(`${phase}${isExiting() ? '' : ', shown'}`)))
  return () => heard.splice(0)
}

for (const [asked, phases] of Object.entries({ 'in their order': PHASES, backwards: [...PHASES].reverse() })) {
  it(`the phases come in their order, and the page counts as shown while spans are collected; asked for ${asked}`, () => {
    const heard = hear(phases)
    become('hidden')
    expect(heard()).toEqual(['collect, shown', 'send', 'keep'])
    page.document.dispatchEvent(new Event('freeze'))
    expect(heard()).toEqual(['collect, shown', 'send', 'keep', 'close'])
    pageEvent('pagehide', false)
    expect(heard()).toEqual(['collect, shown', 'send', 'keep', 'close', 'close'])
  })
}

it('one that throws stops neither its phase nor the next ones', () => {
  undo.push(
    onPageHide('send', () => {
      throw new Error('not today')
    }),
  )
  vi.spyOn(console, 'warn').mockReturnValue()
  const heard = hear(PHASES)
  pageEvent('pagehide', false)
  expect(heard()).toEqual(['collect, shown', 'send', 'keep', 'close', 'close'])
})

it('a page is ending or put aside, never both, until it is shown', () => {
  watch()
  const state = () => [isExiting(), isEnding(), isPutAside()]
  become('hidden')
  expect(state()).toEqual([true, false, false])
  pageEvent('pagehide', true)
  expect(state()).toEqual([true, false, true])
  page.document.dispatchEvent(new Event('freeze'))
  expect(state()).toEqual([true, false, true])
  pageEvent('pageshow', true)
  pageEvent('pagehide', false)
  become('hidden')
  expect(state()).toEqual([true, true, false])
  become('visible')
  expect(state()).toEqual([false, false, false])
})

it('a page that begins hidden counts as hidden', () => {
  page.document.visibilityState = 'hidden'
  expect([isExiting(), isEnding(), isPutAside()]).toEqual([true, false, false])
})
