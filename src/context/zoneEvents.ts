import { wrapListener } from './dispatch'
import type { Zone } from './frame'
import { pageZone } from './pageZone'
import { applicationsZone, replaceMethod } from './zone'

type Listener = Parameters<typeof wrapListener>[0]

/** What zone.js wraps for the zone in which it is made, though no context belongs to it. */
const WITHOUT_CONTEXT = /Observer|^customElements|^FileReader/

/**
 * Where the page's own zone.js carries listeners (Angular), the rules of dispatch.ts hold too: a listener is added in a zone that
 * is never one of ours, so that its dispatch decides the context. Returns the undo.
 */
export function carryZoneEvents(): () => void {
  const ZoneOfPage = pageZone()
  if (!ZoneOfPage) return () => {}
  const zones = ZoneOfPage.prototype
  const undo = [
    replaceMethod(zones, 'scheduleEventTask', (original, zone: Zone, args) =>
      original.apply(applicationsZone(zone), args),
    ),
    replaceMethod(zones, 'wrap', (original, zone: Zone, [callback, source]) => {
      if (!WITHOUT_CONTEXT.test(String(source))) return original.call(zone, callback, source)
      const isReader = String(source).startsWith('F') // its class is hidden below zone.js', so that no listener of ours gets there
      return original.call(applicationsZone(zone), isReader ? wrapListener(callback as Listener) : callback, source)
    }),
  ]
  return () => {
    for (const off of undo.reverse()) off()
  }
}
