import { hasOwn } from './bare'
import { monotonic } from './clock'
import { later, listen } from './native'
import { isBeingLeft } from './pageLife'

// Firefox fails what is under way when a navigation begins, up to the server's answer before it says that the page is left:
//
//   navigate ──▶ beforeunload ──▶ fetch: "NetworkError", XHR: `loadend` alone ──(seconds)──▶ pagehide
//
// The address bar and the reload button fire no `navigate`. A listener for `beforeunload` has the browser ask the page before it closes a
// tab: there is one only while a request is under way, and only in Firefox, whose back/forward cache takes the page all the same.

const FAILS_WITHIN_MS = 1000 // of a busy page; else a few
const LEFT_WITHIN_MS = 10_000 // a download or an answer without content does not leave the page

let navigatesSince = Number.NEGATIVE_INFINITY
let underWay = 0 // requests
let unlisten: (() => void) | null = null

/** Keeps `mayBeLeaving()` right. Returns its undo. */
export function watchNavigations(): () => void {
  if (typeof navigation !== 'object') return () => {}
  const undo = listen(navigation, 'navigate', (event) => {
    const { destination, downloadRequest } = event as NavigateEvent
    if (!destination.sameDocument && downloadRequest === null) navigatesSince = monotonic()
  })
  return () => {
    undo()
    navigatesSince = Number.NEGATIVE_INFINITY
  }
}

/** A request that a navigation may fail has begun. Returns what is called when it has ended. */
export function requestBegun(): () => void {
  if (!hasOwn(globalThis, 'mozInnerScreenX')) return () => {} // no Firefox, or a worker
  underWay++
  unlisten ??= listen(window, 'beforeunload', () => {
    navigatesSince = monotonic()
  })
  return () => {
    if (--underWay > 0) return
    unlisten?.()
    unlisten = null
  }
}

/** True when a failure that comes now may be the browser's, which fails what is under way as the page is left. */
export function mayBeLeaving(): boolean {
  if (isBeingLeft()) return true
  const isRecent = monotonic() - navigatesSince <= FAILS_WITHIN_MS
  return isRecent && !globalThis.navigation?.transition // else the page has taken the navigation over, and stays
}

/** Calls back, with the time of now, if the page is not left after all. */
export function unlessLeft(callback: (time: number) => void): void {
  const time = monotonic()
  later(LEFT_WITHIN_MS, () => callback(time))
}
