import { isPage } from './isPage'
import { keepListening } from './lastingListeners'
import { ofDocument } from './ownPage'
import { isPrerendering } from './prerendering'
import { guard } from './report'

/** Called when the page may be about to die, synchronously, capture phase. `final`: it will not come back. */
type Hidden = (final: boolean) => void

let exiting = false
let ending = false
let aside = false
let collecting = false
const first = new Set<Hidden>()
const callbacks = new Set<Hidden>()
const shown = new Set<() => void>()
let stop: (() => void) | null = null

/** True from the moment the page hides until it is shown again: what is sent now must survive the page. */
export function isExiting(): boolean {
  return !collecting && !isPrerendering() && (exiting || isHidden())
}

/** True while nobody sees the page. */
export function isHidden(): boolean {
  return ofDocument('visibilityState') === 'hidden'
}

/** True when the page is left for good, as far as the browser says. */
export function isEnding(): boolean {
  return ending
}

/**
 * True while the page's own listeners hear that it is left for good, perhaps before us: Chromium fails what is under way before that, and
 * the promises' handlers run between the listeners.
 */
export function isBeingLeft(): boolean {
  const event = globalThis.event as Partial<PageTransitionEvent> | undefined
  return event?.type === 'pagehide' && !event.persisted
}

/** True when the page is put into the back/forward cache: it may come back as it was. */
export function isPutAside(): boolean {
  return aside
}

/**
 * Calls back each time the page hides, is left, freezes or enters the back/forward cache. Returns its undo.
 *
 * `pagehide` reaches window only, never document; Firefox may give no `pagehide` when a tab is closed, so both are needed. A callback must
 * bear being called twice in a row, and having been ended in the middle the first time.
 */
export function onPageHidden(callback: Hidden): () => void {
  return subscribe(callbacks, callback)
}

/** The same, before all others, while `isExiting()` still says no: what ends now is collected and leaves together. */
export function beforePageHidden(callback: Hidden): () => void {
  return subscribe(first, callback)
}

/** Calls back when the page is shown again, also from the back/forward cache. Returns its undo. */
export function onPageShown(callback: () => void): () => void {
  return subscribe(shown, callback)
}

function subscribe<T>(set: Set<T>, callback: T): () => void {
  if (!isPage()) return () => {} // a server may make a telemetry for each request
  set.add(callback)
  stop ??= watch()
  return () => {
    set.delete(callback)
    if (first.size + callbacks.size + shown.size > 0) return
    stop?.()
    stop = null
  }
}

function hide(final: boolean): void {
  if (isPrerendering()) return // nobody has come yet
  collecting = true
  try {
    for (const callback of first) guard('leaving the page', () => callback(final))
  } finally {
    collecting = false
    exiting = true
    ending ||= final
    for (const callback of callbacks) guard('leaving the page', () => callback(final))
  }
}

function show(): void {
  exiting = ending = aside = false
  for (const callback of shown) guard('coming back to the page', callback)
}

function watch(): () => void {
  if (typeof document !== 'object' || typeof window !== 'object') return () => {}
  const on = (target: EventTarget, type: string, listener: (event: Event) => void) =>
    keepListening(target, type, listener, { capture: true })
  const undo = [
    on(document, 'visibilitychange', () => (isHidden() ? hide(ending) : show())),
    on(document, 'freeze', () => hide(ending)), // a background tab that is put to sleep may never wake
    on(window, 'pagehide', (event) => {
      aside = (event as PageTransitionEvent).persisted
      hide(!aside)
    }),
    on(window, 'pageshow', (event) => {
      if ((event as PageTransitionEvent).persisted) show() // back from the back/forward cache; else the page has only loaded
    }),
  ]
  return () => {
    for (const off of undo) off()
    exiting = ending = aside = false
  }
}
