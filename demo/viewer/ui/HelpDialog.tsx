import { useEffect, useRef } from 'react'
import { Icon } from './Icon'

const LIST_KEYS: readonly [string, string][] = [
  ['↑ ↓ or j k', 'Move'],
  ['Enter', 'Open the trace'],
  ['/', 'Filter'],
  ['e', 'Errors only, or all'],
  ['p', 'Pause, or go on'],
]

const TRACE_KEYS: readonly [string, string][] = [
  ['↑ ↓ or j k', 'Move'],
  ['← →', 'Close and open a span; to its parent, to its first child'],
  ['Enter', 'Show the span’s details'],
  ['x', 'Close or open everything'],
  ['z', 'Zoom to the span, and back'],
  ['Esc', 'Close details; back to the list'],
]

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])

  return (
    // A press on the backdrop closes; the keyboard has Escape, which a dialog brings along.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <dialog
      ref={dialog}
      className="help"
      aria-labelledby="help-title"
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <div className="help-body">
        <header>
          <h2 id="help-title">Keys</h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <KeyList title="List of traces" keys={LIST_KEYS} />
        <KeyList title="One trace" keys={TRACE_KEYS} />
        <p className="quiet">Drag over the time scale of a trace to zoom into that part of it.</p>
      </div>
    </dialog>
  )
}

function KeyList({ title, keys }: { title: string; keys: readonly [string, string][] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
