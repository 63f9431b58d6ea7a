import { AWAITS } from './awaitRewriter'
import { type FollowAwaitsOptions, patterns } from './followAwaitsOptions'
import { writeLoaderOptions } from './loaderOptions'
import { createWebpackPlugin, LOADER } from './webpackPlugin'

export type { FollowAwaitsOptions, ModulePattern } from './followAwaitsOptions'

/** The part of a Next configuration that is added to. */
export interface NextConfig {
  /** Changes the configuration of webpack, for `next build --webpack`. */
  webpack?: ((config: never, context: never) => unknown) | null
  /** What Turbopack is told. */
  turbopack?: object
}

type AnyConfig = NextConfig | Record<string, unknown> // what else stands in it is Next's affair

/** A configuration, or a function that gives one, as Next takes both. */
export type NextConfigOrFunction = AnyConfig | ((...args: never[]) => AnyConfig | Promise<AnyConfig>)

/** What Next says of the build that it configures. */
interface WebpackContext {
  readonly isServer: boolean
  readonly nextRuntime?: string
}

/** Next's own run-time: CommonJS, and nobody's who reads the message about it. */
const NEXT = /\/next\/dist\//
const SCRIPTS = '*.{js,mjs,jsx,ts,mts,tsx}'

/**
 * Lets spans follow across `await` of what is no native promise, in what Next sends to the browser, built by Turbopack or by
 * webpack. What runs on the server or at the edge is left as it is.
 *
 * ```ts
 * export default followAwaits({ reactStrictMode: true }) // next.config.ts
 * ```
 *
 * See `followAwaits` of `@codomyrmex/telemetry/vite` for what it does. With Turbopack it needs Next 16, and says nothing about
 * CommonJS.
 *
 * @param nextConfig - your configuration, or the function that gives it
 * @param options - which modules; by default all
 * @returns the same, with what is needed added
 */
export function followAwaits<Config extends NextConfigOrFunction>(
  nextConfig: Config,
  options: FollowAwaitsOptions = {},
): Config {
  const all = { ...options, exclude: [NEXT, ...patterns(options.exclude)] }
  if (typeof nextConfig !== 'function') return withFollowing(nextConfig, all) as Config
  const giving = async (...args: never[]) => withFollowing(await nextConfig(...args), all)
  return giving as Config
}

function withFollowing(nextConfig: NextConfig, options: FollowAwaitsOptions): NextConfig {
  return {
    ...nextConfig,
    webpack: withPlugin(nextConfig.webpack, options),
    turbopack: withRule(nextConfig.turbopack, options),
  }
}

function withPlugin(webpack: NextConfig['webpack'], options: FollowAwaitsOptions) {
  return (given: never, context: never) => {
    const config = (webpack ? webpack(given, context) : given) as { plugins: unknown[] }
    const { isServer, nextRuntime } = context as WebpackContext
    if (!isServer && nextRuntime === undefined) config.plugins.push(createWebpackPlugin(options))
    return config
  }
}

function withRule(turbopack: { rules?: Record<string, unknown> } = {}, options: FollowAwaitsOptions): object {
  const rule = {
    condition: { all: ['browser', { content: AWAITS }] },
    loaders: [{ loader: LOADER, options: writeLoaderOptions(options) }],
  }
  const before = turbopack.rules?.[SCRIPTS] ?? []
  return { ...turbopack, rules: { ...turbopack.rules, [SCRIPTS]: [before, rule].flat() } }
}
