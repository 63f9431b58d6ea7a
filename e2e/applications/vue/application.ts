import vuePlugin from '@vitejs/plugin-vue'
import type { Application } from '../supportBuild'

export const vue: Application = {
  title: 'Vue, Pinia, vue-router, ofetch',
  folder: 'vue',
  plugins: () => [vuePlugin()],
  requests: {
    boot: ['config', 'effect'],
    add: ['handler', 'mutation', 'refetch', 'effect'],
    refresh: ['refetch'],
    filter: ['effect'],
    save: ['handler', 'effect'],
    open: ['guard', 'loader', 'effect'],
    back: ['effect'],
    history: ['effect'],
  },
  kept: {
    plain: { right: 42, lost: 0, queue: 1 },
    withPlugin: { right: 42, lost: 0, queue: 1 },
    lowered: { right: 42, lost: 0, queue: 1 },
  },
}
