import { useEffect, useState } from 'react'
import { storage } from '../model/storage'
import { useMedia } from './useMedia'

export type Theme = 'light' | 'dark'

const STORAGE_KEY = 'viewer.theme' // public/applyTheme.js reads it too

/** The theme and what turns it over. Turned back to what the system says, it follows the system again. */
export function useTheme(): [Theme, () => void] {
  const system: Theme = useMedia('(prefers-color-scheme: dark)') ? 'dark' : 'light'
  const [chosen, setChosen] = useState<Theme | null>(remembered)
  const theme = chosen ?? system

  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
  }, [theme])

  const turn = () => {
    const next: Theme = theme === 'dark' ? 'light' : 'dark'
    const choice = next === system ? null : next
    setChosen(choice)
    try {
      if (choice) storage?.setItem(STORAGE_KEY, choice)
      else storage?.removeItem(STORAGE_KEY)
    } catch {
      // not remembered then
    }
  }
  return [theme, turn]
}

function remembered(): Theme | null {
  try {
    const theme = storage?.getItem(STORAGE_KEY)
    return theme === 'light' || theme === 'dark' ? theme : null
  } catch {
    return null
  }
}
