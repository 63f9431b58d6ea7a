import { useSyncExternalStore } from 'react'
import type { Route } from '../model/route'
import { listPath, readRoute, spanHash } from '../model/route'

const listeners = new Set<() => void>()
let lastListSearch = '' // so that "back to the list" keeps its filter
let current = read()

window.addEventListener('popstate', update)
window.addEventListener('hashchange', update)

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, () => current)
}

/** A step forward in the history; remembers whether "back" is the list. */
export function goTo(path: string): void {
  history.pushState({ fromList: current.page === 'list' }, '', path)
  update()
}

/** Back to the list with the filter it had; uses the browser's own "back" where that is the same thing. */
export function goToList(): void {
  const state: unknown = history.state
  const fromList = typeof state === 'object' && state !== null && 'fromList' in state && state.fromList === true
  if (fromList) history.back()
  else goTo(listPath(lastListSearch))
}

/** The selected span and the filter are part of the address but no step of the history. */
export function replaceSpan(spanId: string | null): void {
  history.replaceState(history.state, '', location.pathname + spanHash(spanId))
  update()
}

export function replaceSearch(search: string): void {
  history.replaceState(history.state, '', location.pathname + search)
  update()
}

function read(): Route {
  const route = readRoute(location.pathname, location.search, location.hash)
  if (route.page === 'list') lastListSearch = route.search
  return route
}

function update(): void {
  current = read()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
