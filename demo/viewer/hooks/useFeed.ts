import { useEffect, useSyncExternalStore } from 'react'
import { feed } from '../model/feed'
import type { FeedState } from '../model/traceFeed'

export function useFeed(): FeedState {
  return useSyncExternalStore(feed.subscribe, feed.getState)
}

/** Keeps the feed running while the page can be seen: a browser allows few connections, and each stream holds one. */
export function useFeedConnection(): void {
  useEffect(() => {
    let stop: (() => void) | null = null
    const follow = () => {
      if (!document.hidden) stop ??= feed.start()
      else {
        stop?.()
        stop = null
      }
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      stop?.()
    }
  }, [])
}
