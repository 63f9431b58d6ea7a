import { PLUGIN_NAME } from './awaitRewriter'
import type { FollowAwaitsOptions } from './followAwaitsOptions'
import { leftAloneIn } from './leftAloneIn'
import { writeLoaderOptions } from './loaderOptions'
import { OWN_FOLDER } from './ownFolder'

/** A plugin of webpack and Rspack by its shape. */
export interface FollowAwaitsWebpackPlugin {
  /** Called by the bundler, with its `Compiler`. */
  apply(compiler: unknown): void
}

/** The part of a compiler that is used; webpack's and Rspack's are alike in it. */
interface Compiler {
  readonly options: {
    readonly externalsPresets: { node?: boolean; web?: boolean; electronRenderer?: boolean }
    readonly module: { readonly rules: unknown[] }
  }
  readonly hooks: { readonly afterEnvironment: Hook; readonly done: Hook }
  getInfrastructureLogger(name: string): { warn(text: string): void }
}

interface Hook {
  tap(name: string, run: () => void): void
}

/** The file that the compilers run for each module. */
export const LOADER = `${OWN_FOLDER}webpackLoader.js`

/** What is JavaScript behind its loaders. By the file's name, so that no style or picture is brought to us. */
const SCRIPTS = /\.(?:[cm]?[jt]sx?|vue|svelte|mdx?)$/

/** What is the same in webpack and Rspack. */
export function createWebpackPlugin(options: FollowAwaitsOptions): FollowAwaitsWebpackPlugin {
  return { apply: (compiler) => follow(compiler as Compiler, options) }
}

function follow(compiler: Compiler, options: FollowAwaitsOptions): void {
  // Not at once: the target's presets are not known before, and later the rules are read.
  compiler.hooks.afterEnvironment.tap(PLUGIN_NAME, () => {
    if (isForServer(compiler)) return
    const use = [{ loader: LOADER, options: writeLoaderOptions(options) }]
    compiler.options.module.rules.push({ test: SCRIPTS, enforce: 'post', use })
  })
  compiler.hooks.done.tap(PLUGIN_NAME, () => {
    const notice = options.quiet ? null : leftAloneIn(compiler).takeNotice()
    if (notice) compiler.getInfrastructureLogger(PLUGIN_NAME).warn(notice)
  })
}

function isForServer({ options }: Compiler): boolean {
  const { node, web, electronRenderer } = options.externalsPresets
  return Boolean(node) && !web && !electronRenderer
}
