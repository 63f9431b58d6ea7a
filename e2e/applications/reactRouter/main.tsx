import '../supportTracing'
import { withSpan } from '@codomyrmex/telemetry'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import axios from 'axios'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { type Echo, echo } from '../supportFlow'
import { listenForHelp } from '../supportHelp'
import { createRouter } from './router'

listenForHelp()

void withSpan('boot', async () => {
  await axios.get<Echo>(echo('boot', 'config'))
  createRoot(document.getElementById('app') as HTMLElement).render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterProvider router={createRouter()} />
    </QueryClientProvider>,
  )
})
