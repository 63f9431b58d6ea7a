import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Loader, OnLoadArgs, OnLoadResult, PluginBuild } from 'esbuild'
import { createAwaitRewriter, PLUGIN_NAME } from './awaitRewriter'
import type { FollowAwaitsOptions } from './followAwaitsOptions'
import { helperFrom } from './helperFrom'
import { type Language, parseModule } from './parseModule'
import type { Rewritten } from './rewriteAwaits'

export type { FollowAwaitsOptions, ModulePattern } from './followAwaitsOptions'

/** A plugin of esbuild by its shape. */
export interface FollowAwaitsEsbuildPlugin {
  /** For esbuild's messages. */
  readonly name: string
  /** Called by esbuild, with its `PluginBuild`. */
  setup(build: unknown): void
}

/** esbuild's own; `loader` of the build's options comes on top. */
const LOADERS: Readonly<Record<string, Loader>> = {
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
}
const LANGUAGES: readonly Language[] = ['js', 'jsx', 'ts', 'tsx']

/**
 * Lets spans follow across `await` of what is no native promise, in what esbuild bundles for browsers.
 *
 * ```ts
 * await build({ entryPoints: ['main.ts'], bundle: true, plugins: [followAwaits()] })
 * ```
 *
 * esbuild lets one plugin load a file: what another one loads (a component, say) is not rewritten. Builds with `platform: 'node'`
 * are left as they are. See `followAwaits` of `@codomyrmex/telemetry/vite` for what it does.
 *
 * @param options - which modules; by default all
 */
export function followAwaits(options: FollowAwaitsOptions = {}): FollowAwaitsEsbuildPlugin {
  return { name: PLUGIN_NAME, setup: (build) => setUp(build as PluginBuild, options) }
}

function setUp(build: PluginBuild, options: FollowAwaitsOptions): void {
  const { platform, bundle, loader = {} } = build.initialOptions
  if (platform === 'node') return
  if (!bundle) {
    const text = 'followAwaits needs `bundle: true`: without it the helper that it imports would be missing.'
    build.onStart(() => ({ warnings: [{ text }] }))
    return
  }
  const rewriter = createAwaitRewriter(options)
  const languages = languagesOf({ ...LOADERS, ...loader })
  const filter = new RegExp(`(?:${[...languages.keys()].map((ending) => ending.replaceAll('.', '\\.')).join('|')})$`)

  build.onLoad({ filter, namespace: 'file' }, async ({ path, suffix, with: attributes }: OnLoadArgs) => {
    const language = languages.get(extname(path))
    if (!language || attributes['type'] || !rewriter.isWanted(path + suffix)) return
    const code = await textOf(path)
    if (code === null) return
    const parse = () => parseModule(code, language)
    const rewritten = rewriter.rewrite({ id: path + suffix, code, helper: helperFrom(path), parse })
    return rewritten && loaded(path, rewritten)
  })
  build.onEnd(() => {
    const text = rewriter.takeNotice()
    return text ? { warnings: [{ text }] } : {}
  })
}

function languagesOf(loaders: Readonly<Record<string, Loader>>): ReadonlyMap<string, Language> {
  const known = Object.entries(loaders).flatMap(([ending, loader]) => {
    const language = LANGUAGES.find((one) => one === loader)
    return language ? [[ending, language] as const] : []
  })
  return new Map(known)
}

/** What cannot be read is esbuild's to tell. */
const textOf = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)

function loaded(path: string, { code, map }: Rewritten): OnLoadResult {
  const json = Buffer.from(JSON.stringify(map)).toString('base64')
  const comment = `\n//# sourceMappingURL=data:application/json;base64,${json}`
  return { contents: code + comment, loader: 'default', watchFiles: [path] }
}
