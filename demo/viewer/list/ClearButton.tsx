import { useEffect, useState } from 'react'
import { feed } from '../model/feed'

const SURE_FOR = 4000 // ms; a question nobody answers goes away

/** Clears the collector, for everybody who looks at it: so it asks once. */
export function ClearButton({ disabled }: { disabled: boolean }) {
  const [state, setState] = useState<'idle' | 'asking' | 'clearing' | 'failed'>('idle')

  useEffect(() => {
    if (state !== 'asking' && state !== 'failed') return
    const timer = setTimeout(() => setState('idle'), SURE_FOR)
    return () => clearTimeout(timer)
  }, [state])

  const press = async () => {
    if (state !== 'asking') return setState('asking')
    setState('clearing')
    try {
      await feed.clear()
      setState('idle')
    } catch {
      setState('failed')
    }
  }

  const label = { idle: 'Clear', asking: 'Really clear?', clearing: 'Clearing', failed: 'Not cleared' }[state]
  return (
    <button
      type="button"
      className="button"
      data-danger={state === 'asking' || undefined}
      disabled={(disabled && state === 'idle') || state === 'clearing'}
      onClick={press}
      onBlur={() => state === 'asking' && setState('idle')}
    >
      {label}
    </button>
  )
}
