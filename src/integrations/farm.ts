import type { JsPlugin } from '@farmfe/core'
import { createAwaitRewriter, PLUGIN_NAME } from './awaitRewriter'
import type { FollowAwaitsOptions } from './followAwaitsOptions'
import { helperFrom } from './helperFrom'
import { type Language, parseModule } from './parseModule'

export type { FollowAwaitsOptions, ModulePattern } from './followAwaitsOptions'

/** A plugin of Farm by its shape. */
export interface FollowAwaitsFarmPlugin {
  /** For Farm's messages. */
  readonly name: string
  /** After the plugins that make JavaScript or TypeScript of components: theirs is 100. */
  readonly priority: number
  /** Called by Farm, with its `ResolvedUserConfig`. */
  configResolved(config: unknown): void
  /** Rewrites one module. */
  readonly transform: {
    readonly filters: { resolvedPaths: string[]; moduleTypes: string[] }
    executor(module: FarmModule): { content: string; moduleType: string; sourceMap: string } | null
  }
  /** Names the CommonJS modules that were left as they are. */
  readonly finish: { executor(): void }
}

/** A module as Farm gives it. */
export interface FarmModule {
  /** Its path, without its query. */
  resolvedPath: string
  /** Its text. */
  content: string
  /** What its text is written in. */
  moduleType: string
}

const LANGUAGES: readonly Language[] = ['js', 'jsx', 'ts', 'tsx']

/**
 * Lets spans follow across `await` of what is no native promise, in what Farm builds for browsers.
 *
 * ```ts
 * export default defineConfig({ plugins: [followAwaits()] }) // farm.config.ts
 * ```
 *
 * Builds for Node are left as they are. See `followAwaits` of `@codomyrmex/telemetry/vite` for what it does.
 *
 * @param options - which modules; by default all
 */
export function followAwaits(options: FollowAwaitsOptions = {}): FollowAwaitsFarmPlugin {
  const rewriter = createAwaitRewriter(options)
  let isForServer = false
  const plugin = {
    name: PLUGIN_NAME,
    priority: 98,
    configResolved(config) {
      isForServer = config.compilation?.output?.targetEnv?.includes('node') ?? false
    },
    transform: {
      filters: { resolvedPaths: ['.*'], moduleTypes: [`^(?:${LANGUAGES.join('|')})$`] },
      executor({ resolvedPath, content, moduleType }: FarmModule) {
        const language = LANGUAGES.find((one) => one === moduleType)
        if (isForServer || !language || !rewriter.isWanted(resolvedPath)) return null
        const rewritten = rewriter.rewrite({
          id: resolvedPath,
          code: content,
          helper: helperFrom(resolvedPath),
          parse: () => parseModule(content, language),
        })
        return rewritten ? { content: rewritten.code, moduleType, sourceMap: JSON.stringify(rewritten.map) } : null
      },
    },
    finish: {
      executor() {
        const notice = rewriter.takeNotice()
        // biome-ignore lint/suspicious/noConsole: Farm 1.7 shows nobody what its context.warn() is told
        if (notice) console.warn(notice)
      },
    },
  } satisfies JsPlugin
  return plugin as FollowAwaitsFarmPlugin
}
