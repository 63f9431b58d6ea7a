import { isOffline } from './isOffline'
import { isPage } from './isPage'
import { detach, IDLE_WITHIN_MS, later, listen, NativePromise, whenIdle } from './native'
import { isEnding, isPutAside } from './pageLife'
import { guard, say } from './report'

// What a page needs to start, to make spans and to be left is in the first part. How spans are delivered while it lives, and what
// becomes of those that could not leave, is the second one: a file of its own, loaded when there is time.

type SecondPart = typeof import('../secondPart')

const AGAIN_AFTER_MS = 30_000

let part: SecondPart | null = null
let coming: Promise<SecondPart> | null = null
let waiting: ((loaded: SecondPart) => void)[] = []
let isWanted = false
let isWaiting = false // for an idle moment
let hasFailed = false
let giveUp = () => {}
const failed = new NativePromise<null>((resolve) => {
  giveUp = () => resolve(null)
})

/** Once it has been loaded, or from the start in a file that has both parts. */
export function provide(given: SecondPart): SecondPart {
  part ??= given
  for (const use of waiting) guard('following asynchronous work', () => use(given))
  waiting = []
  return part
}

/** True while it could not be loaded: what must leave leaves without it. */
export function isMissing(): boolean {
  return hasFailed && !part
}

/** Loads it; `null` when it could not be loaded the first time. */
export function partOrNull(): Promise<SecondPart | null> {
  return NativePromise.race([loadSecondPart(), failed])
}

/** It is needed: loaded when the page has time. */
export function wantSecondPart(): void {
  isWanted = true
  if (part || coming || isWaiting) return
  isWaiting = true
  whenIdle(IDLE_WITHIN_MS, () => {
    isWaiting = false // a page that is aside then asks again when it is back
    loadWanted()
  })
}

/** If it is needed, loads it now; not where that comes too late, or would keep the page out of the back/forward cache. */
export function loadWanted(): void {
  if (isWanted && !isEnding() && !isPutAside()) void loadSecondPart()
}

/** Calls `use` with the second part, at once if it is there. It is not loaded for that. */
export function withSecondPart(use: (loaded: SecondPart) => void): void {
  if (part) use(part)
  else if (isPage()) waiting = [...waiting, use] // a server never loads it
}

/** Calls `use` with the second part, at once if it is there. If not it is loaded when the page has time. */
export function askSecondPart(use: (loaded: SecondPart) => void): void {
  withSecondPart(use)
  wantSecondPart()
}

/** Loads it. Never rejects: what cannot be loaded is asked for again, when the page is online again and every half a minute. */
export function loadSecondPart(): Promise<SecondPart> {
  coming ??= new NativePromise((resolve) => {
    let wait: (() => void)[] = []
    const attempt = () => {
      for (const stop of wait) stop()
      wait = []
      detach(
        import('../secondPart'),
        (loaded: SecondPart) => resolve(provide(loaded)),
        (error) => {
          if (!isOffline())
            say(
              'the part that delivers spans cannot be loaded yet; they leave with the page at the latest, and warnings wait.',
              error,
            )
          hasFailed = true
          giveUp()
          wait = [later(AGAIN_AFTER_MS, attempt)]
          if (typeof window === 'object') wait.push(listen(window, 'online', attempt))
        },
      )
    }
    attempt()
  })
  return coming
}
