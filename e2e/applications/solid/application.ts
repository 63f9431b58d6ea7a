import solidPlugin from 'vite-plugin-solid'
import type { Application } from '../supportBuild'

export const solid: Application = {
  title: 'Solid, ky, supabase-js',
  folder: 'solid',
  plugins: () => [solidPlugin()],
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
    plain: { right: 4, lost: 36, queue: 0 },
    withPlugin: { right: 40, lost: 0, queue: 0 },
    lowered: { right: 40, lost: 0, queue: 0 },
  },
}
