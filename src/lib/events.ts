import { isPage } from './isPage'
import { ignored, report } from './report'

/** Listeners by event name. A listener that throws is reported and stays. */
export interface Events<EventMap extends object> {
  /** Calls `listener` synchronously at every event of that name. Returns its undo. */
  on<Name extends keyof EventMap>(name: Name, listener: (event: EventMap[Name]) => void): () => void
  emit<Name extends keyof EventMap>(name: Name, event: EventMap[Name]): void
  /** How many listen, always as of now: what a hot path keeps, so that it makes no event for nobody. */
  listenersOf(name: keyof EventMap): { readonly size: number }
}

export function createEvents<EventMap extends object>(names: readonly (keyof EventMap)[]): Events<EventMap> {
  const listeners = new Map<keyof EventMap, Set<(event: never) => void>>()
  for (const name of names) listeners.set(name, new Set())
  return {
    on(name, listener) {
      const set = listeners.get(name)
      if (!set || typeof listener !== 'function') {
        ignored('on(name, listener)', `given one of ${names.join(', ')} and a function`)
        return () => {}
      }
      // A wrapper of its own for each call, so that the same function may be registered twice and each undo removes one.
      const own = (event: never) => listener(event)
      if (isPage()) set.add(own) // on a server nothing ever happens, and each request may listen
      return () => {
        set.delete(own)
      }
    },
    emit(name, event) {
      const set = listeners.get(name)
      // A copy: a listener may add listeners, for the next event, and take others away, for this one.
      for (const listener of [...(set ?? [])]) {
        if (!set?.has(listener)) continue
        try {
          listener(event as never)
        } catch (error) {
          report(`a listener of '${String(name)}' threw.`, error)
        }
      }
    },
    listenersOf: (name) => listeners.get(name) ?? { size: 0 },
  }
}
