import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { AWAITS, createAwaitRewriter } from './awaitRewriter'
import type { FollowAwaitsOptions } from './followAwaitsOptions'
import { helperFrom } from './helperFrom'
import { onTop } from './onTop'
import { OWN_FOLDER } from './ownFolder'
import { languageOf, parseModule } from './parseModule'
import { isModule, type Rewritten } from './rewriteAwaits'

export type { FollowAwaitsOptions, ModulePattern } from './followAwaitsOptions'

/** Which modules, and which transformer gets them afterwards. */
export interface FollowAwaitsJestOptions extends Omit<FollowAwaitsOptions, 'quiet'> {
  /**
   * What makes of a module what Jest runs: a package or a path, alone or with its options, as in `transform` of Jest.
   * @default 'babel-jest'
   */
  transformer?: string | readonly [name: string, options: unknown]
}

/** What a transformer gives. */
export interface JestTransformed {
  /** The text that Jest runs. */
  code: string
  /** Its source map, unless that is in the text. */
  map?: unknown
}

/** A method of a transformer: of a text, the path of its file, and Jest's own options. */
export type JestStep<Result> = (text: string, path: string, options: object) => Result

/** A transformer of Jest by its shape. */
export interface JestTransformer {
  /** Whether it adds the counters for coverage itself. */
  canInstrument?: boolean | undefined
  /** Transforms a module. */
  process?: JestStep<JestTransformed> | undefined
  /** The same for ES modules. */
  processAsync?: JestStep<Promise<JestTransformed>> | undefined
  /** Names what `process` would give. */
  getCacheKey?: JestStep<string> | undefined
  /** The same for ES modules. */
  getCacheKeyAsync?: JestStep<Promise<string>> | undefined
}

const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;(?:charset=[^;,]+;)?base64,(\S+)\s*$/

/**
 * Lets spans follow across `await` of what is no native promise, in what Jest runs: it rewrites ES modules before another
 * transformer (by default babel-jest) makes CommonJS of them. CommonJS is left as it is.
 *
 * ```js
 * module.exports = { transform: { '\\.[jt]sx?$': ['@codomyrmex/telemetry/jest', { transformer: '@swc/jest' }] } } // jest.config.js
 * ```
 *
 * See `followAwaits` of `@codomyrmex/telemetry/vite` for what it does.
 */
// biome-ignore lint/style/noDefaultExport: this is how Jest finds a transformer
export default { createTransformer }

async function createTransformer(options: FollowAwaitsJestOptions = {}): Promise<JestTransformer> {
  const [name, transformerConfig] = [options.transformer ?? 'babel-jest', {}].flat() as [string, object]
  const inner = await load(name, transformerConfig)
  const rewriter = createAwaitRewriter(options)

  function rewrite(code: string, path: string): Rewritten | undefined {
    if (!AWAITS.test(code) || !rewriter.isWanted(path)) return
    const parse = () => {
      const program = parseModule(code, languageOf(path))
      return program && isModule(program) ? program : null
    }
    return rewriter.rewrite({ id: path, code, helper: helperFrom(path, 'follow.cjs'), parse })
  }
  /** Calls a method of the other transformer with the rewritten text. */
  function around<Result>(step: JestStep<Result> | undefined, finish: (result: Result, ours: Rewritten) => Result) {
    if (!step) return
    return (text: string, path: string, jest: object): Result => {
      const ours = rewrite(text, path)
      const result: Result = Reflect.apply(step, inner, [ours?.code ?? text, path, { ...jest, transformerConfig }])
      return ours ? finish(result, ours) : result
    }
  }
  return {
    canInstrument: inner.canInstrument,
    process: around(inner.process, withOurMap),
    processAsync: around(inner.processAsync, async (result, ours) => withOurMap(await result, ours)),
    getCacheKey: around(inner.getCacheKey, (key) => key), // of the rewritten text, which has all that our options change
    getCacheKeyAsync: around(inner.getCacheKeyAsync, (key) => key),
  }
}

/** From the project, and where that does not see it, from here: beside Jest it is found by both. */
async function load(name: string, options: object): Promise<JestTransformer> {
  const path = createRequire(import.meta.url).resolve(name, { paths: [process.cwd(), OWN_FOLDER] })
  const loaded = await import(pathToFileURL(path).href)
  const given = loaded.default?.default ?? loaded.default ?? loaded // CommonJS made of an ES module has one more
  return given.createTransformer ? given.createTransformer(options) : given
}

/** The map of the other transformer leads to our text, and goes on from there. It is the only one: debuggers read the comment. */
function withOurMap({ code, map }: JestTransformed, ours: Rewritten): JestTransformed {
  const [comment = '', inline = ''] = INLINE_MAP.exec(code) ?? []
  const theirs = map || (inline && Buffer.from(inline, 'base64').toString())
  if (!theirs) return { code, map: ours.map }
  return { code: comment ? code.slice(0, -comment.length) : code, map: JSON.stringify(onTop(theirs, ours.map)) }
}
