import helperCode from './follow.mjs?raw'
import { type AstNode, type Rewritten, rewriteAwaits } from './rewriteAwaits'

/** Part of a module's path, or a pattern that it matches. */
export type ModulePattern = string | RegExp

/** Which modules {@link followAwaits} rewrites. */
export interface FollowAwaitsOptions {
  /**
   * Only modules whose path contains one of these strings or matches one of these patterns. Paths have forward slashes, and a
   * bundler's query behind them.
   * @default every module of the page: the application and, where they are ES modules, its dependencies
   */
  include?: ModulePattern | readonly ModulePattern[]
  /**
   * Not these, in the same form. This package, zone.js and Vite's own client are always left out.
   * @default none
   */
  exclude?: ModulePattern | readonly ModulePattern[]
}

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
}

/** The part of a bundler's plugin context that is used: its own parser. */
export interface BundlerParser {
  /** Gives the ESTree of `code`. */
  parse(code: string, options?: { lang: 'js' | 'jsx' | 'ts' | 'tsx'; sourceType: 'module' }): unknown
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
const AWAITS = /\b(?:await|yield)\b/
const LANGUAGES = ['js', 'jsx', 'ts', 'tsx'] as const
const NEVER = [/\/@codomyrmex[/_]telemetry\b/, /\/zone\.js\b/, /\/vite\/dist\/client\//, ownFolder()]

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
 * code for servers is left as it is, and so is CommonJS. With Rollup put it behind the plugins that make JavaScript. Exclude
 * modules whose functions are run elsewhere from their text (`fn.toString()` for a worker): the helper would be missing there.
 *
 * @param options - which modules; by default all
 */
export function followAwaits(options: FollowAwaitsOptions = {}): FollowAwaitsPlugin {
  const include = patterns(options.include)
  const exclude = [...NEVER, ...patterns(options.exclude)]
  const isOurs = (id: string) => {
    if (id.startsWith('\0')) return false // made by another plugin, for itself
    const path = id.replaceAll('\\', '/')
    return (include.length === 0 || isIn(include, path)) && !isIn(exclude, path)
  }
  return {
    name: 'codomyrmex-follow-awaits',
    enforce: 'post',
    resolveId: (id) => (id === HELPER ? RESOLVED_HELPER : undefined),
    load: (id) => (id === RESOLVED_HELPER ? { code: helperCode, map: null, moduleSideEffects: false } : undefined),
    transform: {
      filter: { code: AWAITS },
      handler(code, id, meta) {
        if (!AWAITS.test(code) || meta?.ssr || !isOurs(id)) return
        const lang = LANGUAGES.find((known) => known === (meta?.moduleType ?? 'js'))
        if (!lang) return // text, data, styles
        const program = parsed(() => this.parse(code, { lang, sourceType: 'module' }))
        return (program && rewriteAwaits(code, program, HELPER, id)) ?? undefined
      },
    },
  }
}

/** What does not parse is no module, or the bundler tells its reader why, better than we could. */
function parsed(parse: () => unknown): AstNode | null {
  try {
    return parse() as AstNode
  } catch {
    return null
  }
}

function patterns(given: FollowAwaitsOptions['include']): readonly ModulePattern[] {
  if (given === undefined) return []
  return typeof given === 'string' || given instanceof RegExp ? [given] : given
}

function isIn(list: readonly ModulePattern[], path: string): boolean {
  // search(), since test() of a pattern with the flag g remembers where it was
  return list.some((pattern) => (typeof pattern === 'string' ? path.includes(pattern) : path.search(pattern) >= 0))
}

/** Where this package lies, by whatever name a bundler's alias calls it. */
function ownFolder(): string {
  const url = import.meta.url // apart: `new URL('…', import.meta.url)` is an asset to bundlers
  return decodeURIComponent(new URL('.', url).pathname).replace(/^\/(?=[A-Za-z]:)/, '')
}
