import { listen } from './native'

/** Called when the page may be about to die, synchronously, capture phase. `final`: it will not come back. */
type Hidden = (final: boolean) => void

let exiting = false
const callbacks = new Set<Hidden>()
let stop: (() => void) | null = null

/** True from the moment the page hides until it is shown again: what is sent now must survive the page. */
export function isExiting(): boolean {
  return exiting || (typeof document === 'object' && document.visibilityState === 'hidden')
}

/**
 * Calls back each time the page hides, is left or enters the back/forward cache. Returns its undo.
 *
 * `pagehide` reaches window only, never document; Firefox gives no `pagehide` when a tab is closed, so both are needed,
 * and a callback must bear being called twice in a row.
 */
export function onPageHidden(callback: Hidden): () => void {
  callbacks.add(callback)
  stop ??= watch()
  return () => {
    callbacks.delete(callback)
    if (callbacks.size > 0) return
    stop?.()
    stop = null
  }
}

function watch(): () => void {
  if (typeof document !== 'object' || typeof window !== 'object') return () => {}
  const capture = { capture: true }
  const hide = (final: boolean) => {
    exiting = true
    for (const callback of callbacks) callback(final)
  }
  const undo = [
    listen(
      document,
      'visibilitychange',
      () => {
        if (document.visibilityState === 'hidden') hide(false)
        else exiting = false
      },
      capture,
    ),
    listen(window, 'pagehide', (event) => hide(!(event as PageTransitionEvent).persisted), capture),
    listen(
      window,
      'pageshow',
      () => {
        exiting = false // back from the back/forward cache: the page lives again
      },
      capture,
    ),
  ]
  return () => {
    for (const off of undo) off()
    exiting = false
  }
}
