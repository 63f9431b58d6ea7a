import type { FollowAwaitsOptions } from './followAwaitsOptions'
import { createWebpackPlugin, type FollowAwaitsWebpackPlugin } from './webpackPlugin'

export type { FollowAwaitsOptions, ModulePattern } from './followAwaitsOptions'
export type { FollowAwaitsWebpackPlugin } from './webpackPlugin'

/**
 * Lets spans follow across `await` of what is no native promise, in what Rspack (or Rsbuild, in `tools.rspack`) builds for
 * browsers.
 *
 * ```ts
 * export default { entry: './main.js', plugins: [followAwaits()] } // rspack.config.js
 * ```
 *
 * Builds for Node are left as they are. See `followAwaits` of `@codomyrmex/telemetry/vite` for what it does.
 *
 * @param options - which modules; by default all
 */
export function followAwaits(options: FollowAwaitsOptions = {}): FollowAwaitsWebpackPlugin {
  return createWebpackPlugin(options)
}
