import { Notice } from '../ui/Notice'

interface NoTracesProps {
  readonly loaded: boolean
  /** There are traces, but the filter hides all of them. */
  readonly any: boolean
  readonly onShowAll: () => void
}

export function NoTraces({ loaded, any, onShowAll }: NoTracesProps) {
  if (!loaded) return <div className="notice" role="status" aria-label="Loading" />
  if (any) {
    return (
      <Notice title="No trace fits the filter">
        <p>
          <button type="button" className="button" onClick={onShowAll}>
            Show all traces
          </button>
        </p>
      </Notice>
    )
  }
  return (
    <Notice title="No traces yet">
      <p>Open a demo page and press its buttons. What the page does shows up here by itself, a few seconds later.</p>
      <p>
        <a className="button primary" href="/" target="_blank" rel="noopener">
          Open the demo
        </a>
      </p>
    </Notice>
  )
}
