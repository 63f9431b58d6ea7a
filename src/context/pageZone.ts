import type { Zone } from './frame'

/** zone.js' own class, as it stands on the page. */
export interface ZoneClass {
  readonly root: Zone
  readonly current: Zone
  readonly prototype: Record<string, unknown>
  __symbol__(name: string): string
}

/** The page's zone.js, if it has one. */
export function pageZone(): ZoneClass | null {
  const { Zone } = globalThis as { Zone?: ZoneClass }
  return typeof Zone?.__symbol__ === 'function' ? Zone : null
}

/** Runs `work` in no zone of the application, called outside of every frame. */
export function inRootZone<T>(work: () => T): T {
  const ZoneOfPage = pageZone()
  return ZoneOfPage && ZoneOfPage.current !== ZoneOfPage.root ? ZoneOfPage.root.run(work) : work()
}
