import type { Ref } from 'react'
import { useFeed } from '../hooks/useFeed'
import { feed } from '../model/feed'
import type { TraceFilter } from '../model/traceFilter'
import { Icon } from '../ui/Icon'
import { ClearButton } from './ClearButton'

interface FilterBarProps {
  readonly ref: Ref<HTMLInputElement>
  readonly filter: TraceFilter
  /** How many traces the filter lets through. */
  readonly shown: number
  readonly onFilter: (filter: TraceFilter) => void
  /** The keyboard leaves the field towards the list. */
  readonly onLeave: () => void
}

export function FilterBar({ ref, filter, shown, onFilter, onLeave }: FilterBarProps) {
  const { traces, paused, held } = useFeed()
  const filtered = shown !== traces.length
  return (
    <search className="filter-bar">
      <div className="filter-field">
        <Icon name="search" />
        <input
          ref={ref}
          type="search"
          value={filter.text}
          placeholder="Filter by name, service or trace id"
          aria-label="Filter by name, service or trace id"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onFilter({ ...filter, text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && filter.text) onFilter({ ...filter, text: '' })
            else if (event.key === 'Enter' || event.key === 'ArrowDown' || event.key === 'Escape') onLeave()
            else return
            event.preventDefault()
          }}
        />
        <span className="key-hint" aria-hidden="true">
          /
        </span>
      </div>
      <button
        type="button"
        className="button toggle-errors"
        aria-pressed={filter.errorsOnly}
        title="Errors only (e)"
        onClick={() => onFilter({ ...filter, errorsOnly: !filter.errorsOnly })}
      >
        <Icon name="error" />
        Errors only
      </button>
      <span className="filter-count number" role="status">
        {filtered ? `${shown} of ${traces.length}` : `${shown} ${shown === 1 ? 'trace' : 'traces'}`}
      </span>
      <button
        type="button"
        className="button"
        aria-pressed={paused}
        title={paused ? 'Show what came in, and go on (p)' : 'Hold new traces back (p)'}
        onClick={() => feed.setPaused(!paused)}
      >
        <Icon name={paused ? 'play' : 'pause'} />
        {paused ? (held > 0 ? `Show ${held} new` : 'Go on') : 'Pause'}
      </button>
      <ClearButton disabled={traces.length === 0} />
    </search>
  )
}
