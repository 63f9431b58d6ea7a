import { isPage } from './isPage'
import { keepListening } from './lastingListeners'
import { ofDocument } from './ownPage'
import { isPrerendering } from './prerendering'
import { guard } from './report'

// The life of the page, and what is done each time that it may end, synchronously, in the capture phase.
//
//   prerendered ──▶ shown ◀──▶ hidden ──▶ ending
//                     ▲          │
//                     └── aside ◀┘   in the back/forward cache

let state: 'shown' | 'hidden' | 'aside' | 'ending' = 'shown'

/**
 * What is done when the page hides, freezes or is left, in this order:
 *
 * - `collect`: what ends now is collected, while the page still counts as shown, so that it leaves together;
 * - `send`: what waits is handed over;
 * - `keep`: what would be lost with the page is stored, or given to the browser for later;
 * - `close`: when the page is left or freezes, what would keep it out of the back/forward cache.
 */
export type HidePhase = 'collect' | 'send' | 'keep' | 'close'

/** `final`: the page will not come back. */
type Hidden = (final: boolean) => void

let isCollecting = false
const hidden = new Set<{ readonly at: HidePhase; readonly run: Hidden }>()
const shown = new Set<() => void>()
let stop: (() => void) | null = null

/** True from the moment the page hides until it is shown again: what is sent now must survive the page. */
export function isExiting(): boolean {
  return !isCollecting && !isPrerendering() && (state !== 'shown' || isHidden()) // a page may begin hidden
}

/** True while nobody sees the page. */
export function isHidden(): boolean {
  return ofDocument('visibilityState') === 'hidden'
}

/** True when the page is left for good, as far as the browser says. */
export function isEnding(): boolean {
  return state === 'ending'
}

/** True when the page is put into the back/forward cache: it may come back as it was. */
export function isPutAside(): boolean {
  return state === 'aside'
}

/**
 * True while the page's own listeners hear that it is left for good, perhaps before us: Chromium fails what is under way before that, and
 * the promises' handlers run between the listeners.
 */
export function isBeingLeft(): boolean {
  const event = globalThis.event as Partial<PageTransitionEvent> | undefined
  return event?.type === 'pagehide' && !event.persisted
}

/**
 * Calls back in that phase each time the page hides, is left, freezes or enters the back/forward cache; within a phase whoever asked first is
 * called first. Returns its undo.
 *
 * `pagehide` reaches window only, never document; Firefox may give no `pagehide` when a tab is closed, so both are needed. A callback must
 * bear being called twice in a row, and having been ended in the middle the first time.
 */
export function onPageHide(phase: HidePhase, callback: Hidden): () => void {
  return subscribe(hidden, { at: phase, run: callback })
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
    if (hidden.size + shown.size > 0) return
    stop?.()
    stop = null
  }
}

function hide(next = state === 'shown' ? 'hidden' : state): void {
  if (isPrerendering()) return // nobody has come yet
  isCollecting = true
  state = 'shown'
  run('collect', next === 'ending')
  isCollecting = false
  state = next
  run('send')
  run('keep')
}

function run(phase: HidePhase, final = isEnding()): void {
  for (const one of hidden) if (one.at === phase) guard('leaving the page', () => one.run(final))
}

function show(): void {
  state = 'shown'
  for (const callback of shown) guard('coming back to the page', callback)
}

function watch(): () => void {
  if (typeof document !== 'object' || typeof window !== 'object') return () => {}
  const on = (target: EventTarget, type: string, listener: (event: Event) => void, capture = true) =>
    keepListening(target, type, listener, { capture })
  const undo = [
    on(document, 'visibilitychange', () => (isHidden() ? hide() : show())),
    on(document, 'freeze', () => hide()), // a background tab that is put to sleep may never wake
    on(window, 'pagehide', (event) => {
      hide((event as PageTransitionEvent).persisted ? 'aside' : 'ending')
      run('close')
    }),
    // Once more, after the page's last words. Firefox ends the handler that runs when it ends the process of a closed tab, and calls the next one.
    on(window, 'pagehide', () => run('close'), false),
    on(document, 'freeze', () => run('close'), false),
    on(window, 'pageshow', (event) => {
      if ((event as PageTransitionEvent).persisted) show() // back from the back/forward cache; else the page has only loaded
    }),
  ]
  return () => {
    for (const off of undo) off()
    state = 'shown'
  }
}
