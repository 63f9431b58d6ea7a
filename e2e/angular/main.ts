import '@angular/compiler' // compiles templates in the page
import { provideHttpClient, withFetch } from '@angular/common/http'
import { ApplicationRef, NgZone, provideZoneChangeDetection } from '@angular/core'
import { bootstrapApplication, provideProtractorTestingSupport } from '@angular/platform-browser'
import { Shop } from './Shop'
import { checkedIn, counts, type Seen, seen } from './watch'

/** What the test asks of the page. */
export interface ShopPage {
  readonly counts: Readonly<typeof counts>
  /** Until Angular says that nothing is pending. */
  stable(): Promise<void>
  /** What Protractor and its heirs ask. */
  readonly isStable: boolean
  /** Takes what was seen since the last call. */
  takeSeen(): readonly Seen[]
  /** Takes the names of the spans in which Angular has looked for changes since the last call. */
  takeCheckedIn(): readonly (string | null)[]
  /** Runs in Angular's zone. */
  inAngular<T>(run: () => T): T
}

interface Testability {
  isStable(): boolean
  whenStable(callback: () => void): void
}

declare global {
  var shop: Promise<ShopPage>
  function getAngularTestability(root: Element): Testability
}

async function start(): Promise<ShopPage> {
  const withFetchBackend = location.search === '?with-fetch'
  const app = await bootstrapApplication(Shop, {
    providers: [
      provideZoneChangeDetection(),
      provideProtractorTestingSupport(),
      withFetchBackend ? provideHttpClient(withFetch()) : provideHttpClient(),
    ],
  })
  const root = app.injector.get(ApplicationRef).components[0]?.location.nativeElement as Element
  const zone = app.injector.get(NgZone)
  zone.onMicrotaskEmpty.subscribe(() => {
    counts.empties++
  })
  return {
    counts,
    stable: () => new Promise((resolve) => getAngularTestability(root).whenStable(resolve)),
    get isStable() {
      return getAngularTestability(root).isStable()
    },
    takeSeen: () => seen.splice(0),
    takeCheckedIn: () => checkedIn.splice(0),
    inAngular: (run) => zone.run(run),
  }
}

globalThis.shop = start()
