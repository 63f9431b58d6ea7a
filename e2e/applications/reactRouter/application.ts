import react from '@vitejs/plugin-react'
import type { Application } from '../supportBuild'

export const reactRouter: Application = {
  title: 'React 19, React Router, TanStack Query, axios',
  folder: 'reactRouter',
  plugins: () => [react()],
  early: 'react-dom/client',
  requests: {
    boot: ['config', 'loader', 'effect'],
    add: ['handler', 'mutation', 'refetch', 'effect'],
    refresh: ['refetch'],
    filter: ['effect'],
    save: ['handler', 'effect'],
    open: ['loader', 'effect'],
    back: ['effect'],
    history: ['effect'],
  },
  kept: {
    plain: { right: 19, lost: 23, queue: 0 },
    withPlugin: { right: 37, lost: 5, queue: 0 },
    lowered: { right: 37, lost: 5, queue: 0 },
    late: { right: 30, lost: 12, queue: 0 },
  },
}
