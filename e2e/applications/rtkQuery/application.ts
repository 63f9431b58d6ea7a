import react from '@vitejs/plugin-react'
import type { Application } from '../supportBuild'

export const rtkQuery: Application = {
  title: 'React 19, Redux Toolkit with RTK Query',
  folder: 'rtkQuery',
  plugins: () => [react()],
  early: 'react-dom/client',
  requests: {
    boot: ['config', 'effect'],
    add: ['handler', 'mutation', 'refetch', 'effect'],
    refresh: ['refetch'],
    filter: ['effect'],
    save: ['handler', 'effect'],
    open: ['loader', 'effect'],
    back: ['effect'],
  },
  kept: {
    plain: { right: 13, lost: 27, queue: 0 },
    withPlugin: { right: 38, lost: 1, queue: 1 },
    lowered: { right: 38, lost: 1, queue: 1 },
    late: { right: 28, lost: 12, queue: 0 },
  },
}
