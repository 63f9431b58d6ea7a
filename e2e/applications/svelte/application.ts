import { svelte as sveltePlugin } from '@sveltejs/vite-plugin-svelte'
import type { Application } from '../supportBuild'

export const svelte: Application = {
  title: 'Svelte 5',
  folder: 'svelte',
  plugins: () => [sveltePlugin({ configFile: false })],
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
    plain: { right: 39, lost: 0, queue: 1 },
    withPlugin: { right: 39, lost: 0, queue: 1 },
    lowered: { right: 39, lost: 0, queue: 1 },
  },
}
