import { useState } from 'react'
import { useFeedConnection } from './hooks/useFeed'
import { useKeys } from './hooks/useKeys'
import { useRoute } from './hooks/useRoute'
import { useTheme } from './hooks/useTheme'
import { TraceListPage } from './list/TraceListPage'
import { TracePage } from './trace/TracePage'
import { ErrorBoundary } from './ui/ErrorBoundary'
import { HelpDialog } from './ui/HelpDialog'
import { TopBar } from './ui/TopBar'

export function App() {
  const route = useRoute()
  const [theme, turnTheme] = useTheme()
  const [helping, setHelping] = useState(false)
  useFeedConnection()
  useKeys([['?', () => setHelping(true)]])

  return (
    <>
      <TopBar theme={theme} onTurnTheme={turnTheme} onHelp={() => setHelping(true)} />
      <ErrorBoundary key={route.page === 'trace' ? route.traceId : 'list'}>
        {route.page === 'list' ? (
          <TraceListPage search={route.search} />
        ) : (
          <TracePage key={route.traceId} traceId={route.traceId} spanId={route.spanId} />
        )}
      </ErrorBoundary>
      {helping && <HelpDialog onClose={() => setHelping(false)} />}
    </>
  )
}
