import type { FollowAwaitsOptions } from './followAwaitsOptions'
import { createRollupPlugin, type FollowAwaitsPlugin } from './rollupPlugin'

export type { FollowAwaitsOptions, ModulePattern } from './followAwaitsOptions'
export type { BundlerMessages, BundlerParser, FollowAwaitsPlugin, TransformMeta } from './rollupPlugin'

/** The plugin as Rollup and Rolldown want it: they know no `enforce`, but an order for each hook. */
export interface FollowAwaitsRollupPlugin extends FollowAwaitsPlugin {
  /** Rewrites one module, after the plugins that make JavaScript, wherever they stand. */
  readonly transform: FollowAwaitsPlugin['transform'] & { readonly order: 'post' }
}

/**
 * Lets spans follow across `await` of what is no native promise, in what Rollup or Rolldown builds.
 *
 * ```ts
 * export default { input: 'main.js', plugins: [nodeResolve(), followAwaits()] } // rollup.config.js
 * ```
 *
 * See `followAwaits` of `@codomyrmex/telemetry/vite` for what it does.
 *
 * @param options - which modules; by default all
 */
export function followAwaits(options: FollowAwaitsOptions = {}): FollowAwaitsRollupPlugin {
  const plugin = createRollupPlugin(options)
  return { ...plugin, transform: { ...plugin.transform, order: 'post' } }
}
