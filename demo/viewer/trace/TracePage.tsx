import { useEffect, useMemo } from 'react'
import { goToList } from '../hooks/useRoute'
import { useTrace } from '../hooks/useTrace'
import { buildSpanTree, mainRoot } from '../model/spanTree'
import { CopyButton } from '../ui/CopyButton'
import { Notice } from '../ui/Notice'
import { TraceView } from './TraceView'

export function TracePage({ traceId, spanId }: { traceId: string; spanId: string | null }) {
  const trace = useTrace(traceId)
  const spans = trace.state === 'ready' ? trace.spans : null
  const tree = useMemo(() => spans && buildSpanTree(spans), [spans])

  useEffect(() => {
    const name = tree && mainRoot(tree)?.span.name
    document.title = name ? `${name} · Traces` : 'Traces'
  }, [tree])

  if (tree && tree.nodes.size > 0) return <TraceView traceId={traceId} tree={tree} spanId={spanId} />
  if (trace.state === 'loading') return <main className="notice" aria-label="Loading" aria-busy="true" />
  return (
    <main>
      <Notice title={trace.state === 'failed' ? 'The collector does not answer' : 'This trace is not here'}>
        <p className="id-line">
          <code>{traceId}</code>
          <CopyButton text={traceId} what="trace id" />
        </p>
        <p>
          {trace.state === 'failed'
            ? 'The viewer keeps trying.'
            : 'It may still be on its way: it shows up here as soon as its first span arrives. Old traces are forgotten.'}
        </p>
        <p>
          <button type="button" className="button" onClick={goToList}>
            All traces
          </button>
        </p>
      </Notice>
    </main>
  )
}
