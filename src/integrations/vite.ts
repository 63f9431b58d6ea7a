import type { FollowAwaitsOptions } from './followAwaitsOptions'
import { createRollupPlugin, type FollowAwaitsPlugin } from './rollupPlugin'

export type { FollowAwaitsOptions, ModulePattern } from './followAwaitsOptions'
export type { BundlerMessages, BundlerParser, FollowAwaitsPlugin, TransformMeta } from './rollupPlugin'

/**
 * Lets spans follow across `await` of what is no native promise: a plain value, a query builder or another object with its own
 * `then`, a subclass of `Promise`, and the results of iterators in `for await`. Without it the code behind such an `await` has
 * no current span; nothing else is different.
 *
 * ```ts
 * export default defineConfig({ plugins: [react(), followAwaits()] }) // vite.config.ts
 * ```
 *
 * It writes `await follow(x)` for `await x`, where `follow` gives `x` itself unless a span is current, then a promise for it. The
 * code for servers is left as it is, and so is CommonJS. Exclude modules whose functions are run elsewhere from their text
 * (`fn.toString()` for a worker): the helper would be missing there.
 *
 * @param options - which modules; by default all
 */
export function followAwaits(options: FollowAwaitsOptions = {}): FollowAwaitsPlugin {
  return createRollupPlugin(options)
}
