import { useFeed } from '../hooks/useFeed'
import { goToList } from '../hooks/useRoute'
import type { Theme } from '../hooks/useTheme'
import { listPath } from '../model/route'
import { Icon } from './Icon'
import { InnerLink } from './InnerLink'

const CONNECTION = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost',
} as const

interface TopBarProps {
  readonly theme: Theme
  readonly onTurnTheme: () => void
  readonly onHelp: () => void
}

export function TopBar({ theme, onTurnTheme, onHelp }: TopBarProps) {
  const { connection, paused } = useFeed()
  const state = connection === 'live' && paused ? 'paused' : connection
  return (
    <header className="top-bar">
      <InnerLink className="brand" href={listPath()} onFollow={goToList}>
        <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
          <path d="M2.5 3.5h11" style={{ stroke: 'var(--service-0)' }} />
          <path d="M5 8h6" style={{ stroke: 'var(--service-1)' }} />
          <path d="M8 12.5h5.5" style={{ stroke: 'var(--service-2)' }} />
        </svg>
        Traces
      </InnerLink>
      <span className="connection" data-state={state} role="status">
        {state === 'paused' ? 'Paused' : CONNECTION[connection]}
      </span>
      <button
        type="button"
        className="icon-button"
        onClick={onTurnTheme}
        aria-label={theme === 'dark' ? 'Use light colours' : 'Use dark colours'}
        title={theme === 'dark' ? 'Light' : 'Dark'}
      >
        <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
      </button>
      <button type="button" className="icon-button" onClick={onHelp} aria-label="Keys" title="Keys (?)">
        ?
      </button>
    </header>
  )
}
