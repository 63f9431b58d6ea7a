import { useCallback, useSyncExternalStore } from 'react'

/** Below this the list is cards and the span panel is a sheet; `tokens.css` tells why it is this number. */
export const NARROW = '(max-width: 760px)'

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches)
}
