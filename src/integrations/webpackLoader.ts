// What webpack, Rspack and Turbopack run for each module, by the path of this file.
import { AWAITS, createAwaitRewriter } from './awaitRewriter'
import { helperFrom } from './helperFrom'
import { leftAloneIn } from './leftAloneIn'
import { type LoaderOptions, readLoaderOptions } from './loaderOptions'
import { onTop } from './onTop'
import { languageOf, parseModule } from './parseModule'
import type { Rewritten } from './rewriteAwaits'

/** The part of a loader's `this` that is used. */
interface LoaderContext {
  readonly resourcePath: string
  readonly resourceQuery: string
  /** Turbopack has none of these two. */
  readonly _compiler?: object
  readonly _module?: { readonly type?: string }
  getOptions(): LoaderOptions
  callback(error: null, code: string, map?: unknown): void
}

// biome-ignore lint/style/noDefaultExport: this is how a loader is found
export default function followAwaitsLoader(this: LoaderContext, code: string, map?: unknown): void {
  const rewritten = AWAITS.test(code) && rewrite(this, code)
  if (!rewritten) this.callback(null, code, map)
  else this.callback(null, rewritten.code, map ? onTop(rewritten.map, map) : rewritten.map)
}

function rewrite(context: LoaderContext, code: string): Rewritten | undefined {
  const { resourcePath } = context
  const type = context._module?.type
  if (type !== undefined && !type.startsWith('javascript/')) return // a text to be shown, an address
  const options = readLoaderOptions(context.getOptions())
  const rewriter = createAwaitRewriter(options, leftAloneIn(context._compiler))
  const id = resourcePath + context.resourceQuery
  if (!rewriter.isWanted(id)) return
  return rewriter.rewrite({
    id,
    code,
    helper: helperFrom(resourcePath),
    ...(type === 'javascript/dynamic' && { isCommonJs: true }),
    parse: () => parseModule(code, languageOf(resourcePath)),
  })
}
