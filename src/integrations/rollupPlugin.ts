import { AWAITS, createAwaitRewriter, PLUGIN_NAME } from './awaitRewriter'
import helperCode from './follow.mjs?raw'
import type { FollowAwaitsOptions } from './followAwaitsOptions'
import type { Rewritten } from './rewriteAwaits'

/** What a bundler calls; a plugin of Vite, Rolldown and Rollup by its shape. */
export interface FollowAwaitsPlugin {
  /** For the bundler's messages. */
  readonly name: string
  /** Vite: behind what makes JavaScript of TypeScript, JSX and components. */
  readonly enforce: 'post'
  /** Knows the helper that rewritten modules import. */
  resolveId(id: string): string | undefined
  /** Gives the helper's text. */
  load(id: string): { code: string; map: null; moduleSideEffects: false } | undefined
  /** Rewrites one module; bundlers that know filters don't even call it for a module that awaits nothing. */
  readonly transform: {
    readonly filter: { code: RegExp }
    handler(this: BundlerParser, code: string, id: string, meta?: TransformMeta): Rewritten | undefined
  }
  /** Names the CommonJS modules that were left as they are. */
  buildEnd(this: BundlerMessages): void
}

/** The part of a bundler's plugin context that is used: its own parser. */
export interface BundlerParser {
  /** Gives the ESTree of `code`. Rolldown is told its language, which Rollup does not ask for. */
  parse(code: string, options?: object): unknown
}

/** The part of it that tells the reader of a build something. */
export interface BundlerMessages {
  /** Shows `message`, unless the bundler is told to be quiet. */
  info(message: string): void
}

/** What bundlers tell about a module beside its text. */
export interface TransformMeta {
  /** Rolldown: the language of the text. */
  moduleType?: string
  /** Vite: whether this is for the server. */
  ssr?: boolean | undefined
}

const HELPER = 'virtual:@codomyrmex/telemetry/follow'
const RESOLVED_HELPER = `\0${HELPER}` // the zero byte tells other plugins to leave it alone
const LANGUAGES = ['js', 'jsx', 'ts', 'tsx'] as const

/** What is the same in Vite, Rolldown and Rollup. */
export function createRollupPlugin(options: FollowAwaitsOptions): FollowAwaitsPlugin {
  const rewriter = createAwaitRewriter(options)
  return {
    name: PLUGIN_NAME,
    enforce: 'post',
    resolveId: (id) => (id === HELPER ? RESOLVED_HELPER : undefined),
    load: (id) => (id === RESOLVED_HELPER ? { code: helperCode, map: null, moduleSideEffects: false } : undefined),
    transform: {
      filter: { code: AWAITS },
      handler(code, id, meta) {
        if (meta?.ssr || !rewriter.isWanted(id)) return
        const lang = LANGUAGES.find((known) => known === (meta?.moduleType ?? 'js'))
        if (!lang) return // text, data, styles
        return rewriter.rewrite({
          id,
          code,
          helper: HELPER,
          parse: () => this.parse(code, { lang, sourceType: 'module' }),
        })
      },
    },
    buildEnd() {
      const notice = rewriter.takeNotice()
      if (notice) this.info(notice)
    },
  }
}
