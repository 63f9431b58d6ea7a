import { contextOfDispatch, wrapListener } from './dispatch'
import { currentFrame, type Frame, runInFrame, type Zone } from './frame'
import { applicationsZone, pageZone, replaceMethod } from './zone'

/** What runs a task of a zone: the innermost is the one without a hook, and calls the callback. */
interface Delegate {
  readonly _invokeTaskZS: unknown
}

type Listener = Parameters<typeof wrapListener>[0]

/** What zone.js wraps for the zone in which it is made, though no context belongs to it. */
const WITHOUT_CONTEXT = /Observer|^customElements|^FileReader/

/**
 * Where the page's own zone.js carries listeners (Angular), the rules of dispatch.ts hold too: a listener gets the zone in which
 * it was added, but never one of ours, and the context that its dispatch gives it. The hooks of an application's zone run outside
 * of that, as they do for timers: in them Angular looks for changes. Returns the undo.
 */
export function carryZoneEvents(): () => void {
  const ZoneOfPage = pageZone()
  const delegate = (ZoneOfPage?.root as { _zoneDelegate?: Delegate } | undefined)?._zoneDelegate
  if (!ZoneOfPage || !delegate) return () => {}
  let handedOn: Frame | null | undefined // to the innermost delegate: what the listener runs in
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
    replaceMethod(zones, 'runTask', (original, zone: Zone, args) => {
      const [{ type }, , given] = args as [{ type: string }, unknown, unknown[]?]
      if (type !== 'eventTask') return original.apply(zone, args)
      const before = handedOn
      handedOn = contextOfDispatch(given?.[0] as Event)
      if (handedOn === undefined) handedOn = currentFrame()
      try {
        return original.apply(zone, args)
      } finally {
        handedOn = before
      }
    }),
    replaceMethod(Object.getPrototypeOf(delegate), 'invokeTask', (original, self: Delegate, args) => {
      const frame = handedOn
      if (frame === undefined || self._invokeTaskZS) return original.apply(self, args)
      handedOn = undefined
      return runInFrame(frame, original, self, args)
    }),
  ]
  return () => {
    for (const off of undo.reverse()) off()
  }
}
