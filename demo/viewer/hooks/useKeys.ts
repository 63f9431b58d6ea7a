import { useEffect, useEffectEvent } from 'react'

/** What each key does, by `event.key`. */
type KeyHandlers = readonly (readonly [key: string, does: () => void])[]

// Where typing or pressing means something of its own.
const TYPES = 'input, textarea, select, [contenteditable]'
const PRESSES = 'a:not([role]), button, summary'

/**
 * Keys for the whole page. They stay out of the way of text fields, of Enter and Space on buttons, of
 * the browser's own combinations, of open dialogs, and of scrolling inside `[data-own-keys]`.
 */
export function useKeys(handlers: KeyHandlers): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const does = handlers.find(([key]) => key === event.key)?.[1]
    if (!does || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (document.querySelector('dialog[open]')) return
    const target = event.target instanceof Element ? event.target : null
    if (target?.closest(TYPES)) return
    if ((event.key === 'Enter' || event.key === ' ') && target?.closest(PRESSES)) return
    if (event.key !== 'Escape' && event.key.length > 1 && target?.closest('[data-own-keys]')) return
    event.preventDefault()
    does()
  })
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
