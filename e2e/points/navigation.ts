import { createPoints, FIREFOX_AND_WEBKIT, has, inTime, listened, nextNumber, pause } from './point'

/** History and the navigation API: their objects are one for the page, so only what happens at once has a context. */
export const navigation = createPoints()
const SECTION = '7.2, 7.4, 7.5 navigation and history'
const sync = navigation.by('sync', SECTION)
const separate = navigation.by('separate', SECTION)

const page = globalThis as unknown as EventTarget
interface PageNavigation extends EventTarget {
  readonly currentEntry: { readonly url: string } | null
  navigate(url: string, options?: object): { committed: Promise<unknown>; finished: Promise<unknown> }
  updateCurrentEntry(options: object): void
  back(): { committed: Promise<unknown>; finished: Promise<unknown> }
}
const api = () => (globalThis as unknown as { navigation: PageNavigation }).navigation
const hasNavigation = () => has('navigation')
const hash = () => `#point-${nextNumber()}`
const goTo = (url: string) => {
  const { committed, finished } = api().navigate(url)
  for (const promise of [committed, finished]) promise.catch(() => {}) // another flow's navigation ends this one
}

/** Whether an event comes before the call that causes it is over: engines differ in that. */
const isAtOnce = (type: string, cause: () => void, target = () => page) =>
  inTime(async () => {
    let isSeen = false
    const see = () => {
      isSeen = true
    }
    target().addEventListener(type, see)
    cause()
    target().removeEventListener(type, see)
    await pause(50)
    return isSeen
  })
const setHash = () => {
  location.hash = hash()
}
const popsAtOnce = isAtOnce('popstate', setHash)
const isHere = (wanted: string) => () => location.hash === wanted
sync.kept(
  'location.hash: popstate, where it comes at once',
  (look, elsewhere) => {
    const wanted = hash()
    const seen = elsewhere(() => listened(look, page, 'popstate', isHere(wanted)))
    location.hash = wanted
    return seen
  },
  popsAtOnce,
)
separate.none(
  'location.hash: popstate, where it comes later',
  (look) => {
    const seen = listened(look, page, 'popstate')
    location.hash = hash()
    return seen
  },
  async () => !(await popsAtOnce()),
)
separate.none('location.hash: hashchange', (look) => {
  const wanted = hash()
  const seen = listened(look, page, 'hashchange', (event) => (event as HashChangeEvent).newURL.endsWith(wanted))
  location.hash = wanted
  return seen
})
separate.none('history.back(): popstate', (look) => {
  history.pushState(null, '', hash())
  const seen = listened(look, page, 'popstate')
  history.back()
  return seen
})
const isTo = (wanted: string) => (event: Event) =>
  (event as Event & { destination: { url: string } }).destination.url.endsWith(wanted)
sync.kept(
  'history.pushState(): navigate',
  (look, elsewhere) => {
    const wanted = hash()
    const seen = elsewhere(() => listened(look, api(), 'navigate', isTo(wanted)))
    history.pushState(null, '', wanted)
    return seen
  },
  hasNavigation,
)
const isCurrent = (wanted: string) => () => Boolean(api().currentEntry?.url.endsWith(wanted))
sync.kept(
  'history.pushState(): currententrychange',
  (look, elsewhere) => {
    const wanted = hash()
    const seen = elsewhere(() => listened(look, api(), 'currententrychange', isCurrent(wanted)))
    history.pushState(null, '', wanted)
    return seen
  },
  hasNavigation,
)
sync.kept(
  'location.hash: navigate',
  (look, elsewhere) => {
    const wanted = hash()
    const seen = elsewhere(() => listened(look, api(), 'navigate', isTo(wanted)))
    location.hash = wanted
    return seen
  },
  async () => hasNavigation() && (await isAtOnce('navigate', setHash, api)()),
)
sync.kept(
  'navigation.navigate(): navigate',
  (look, elsewhere) => {
    const wanted = hash()
    const seen = elsewhere(() => listened(look, api(), 'navigate', isTo(wanted)))
    goTo(wanted)
    return seen
  },
  hasNavigation,
)
sync.kept(
  'navigation.updateCurrentEntry(): currententrychange',
  (look, elsewhere) => {
    const seen = elsewhere(() => listened(look, api(), 'currententrychange'))
    api().updateCurrentEntry({ state: nextNumber() })
    return seen
  },
  hasNavigation,
)
separate.none(
  'navigation.navigate(): navigatesuccess',
  (look) => {
    const seen = listened(look, api(), 'navigatesuccess')
    goTo(hash())
    return seen
  },
  hasNavigation,
)
interface Intercepted extends Event {
  intercept(options: { handler(): Promise<void> }): void
}
navigation.by('separate', SECTION, FIREFOX_AND_WEBKIT).none(
  'navigation.navigate() whose handler rejects: navigateerror',
  (look) => {
    const wanted = hash()
    // A navigation that another one ends is told of at once, as an AbortError.
    const seen = listened(look, api(), 'navigateerror', (event) => (event as ErrorEvent).error?.name !== 'AbortError')
    const refuse = (event: Event) => {
      if (!isTo(wanted)(event)) return
      api().removeEventListener('navigate', refuse)
      ;(event as Intercepted).intercept({
        handler: async () => {
          await pause(1)
          throw new Error('on purpose')
        },
      })
    }
    api().addEventListener('navigate', refuse)
    goTo(wanted)
    return seen
  },
  hasNavigation,
)
separate.none(
  'navigation.back(): navigate',
  (look) => {
    history.pushState(null, '', hash())
    const seen = listened(
      look,
      api(),
      'navigate',
      (event) => (event as Event & { navigationType: string }).navigationType === 'traverse',
    )
    const { committed, finished } = api().back()
    for (const promise of [committed, finished]) promise.catch(() => {})
    return seen
  },
  hasNavigation,
)
separate.notTried(
  'beforeunload, pagehide, pageshow, pageswap, pagereveal, unload of the window',
  'the page would be left',
)
navigation
  .by('separate', '13.2.7 the end of parsing')
  .notTried('DOMContentLoaded and load of the window', 'they are over')

const found = () => {
  const element = document.createElement('div')
  element.id = `hidden-${nextNumber()}`
  element.setAttribute('hidden', 'until-found')
  document.body.append(element)
  return element
}
const findsAtOnce = (() => {
  let element: HTMLElement
  return isAtOnce(
    'beforematch',
    () => {
      location.hash = `#${element.id}`
    },
    () => (element ??= found()),
  )
})()
const finds = inTime(async () => {
  const element = found()
  const seen = new Promise<boolean>((resolve) => element.addEventListener('beforematch', () => resolve(true)))
  location.hash = `#${element.id}`
  return seen
})
const HIDDEN = '6.1 hidden'
navigation.by('sync', HIDDEN).kept(
  'location.hash: beforematch, where it comes at once',
  (look, elsewhere) => {
    const element = elsewhere(found)
    const seen = elsewhere(() => listened(look, element, 'beforematch'))
    location.hash = `#${element.id}`
    return seen
  },
  findsAtOnce,
)
navigation.by('separate', HIDDEN).none(
  'location.hash: beforematch, where it comes later',
  (look) => {
    const element = found()
    const seen = listened(look, element, 'beforematch')
    location.hash = `#${element.id}`
    return seen
  },
  async () => !(await findsAtOnce()) && (await finds()),
)
