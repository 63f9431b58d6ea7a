// @vitest-environment node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build as buildWithFarm } from '@farmfe/core'
import { rspack, type Stats } from '@rspack/core'
import { build as buildWithEsbuild } from 'esbuild'
import { type Plugin as RollupPlugin, rollup } from 'rollup'
import { transformWithOxc } from 'vite'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import webpack from 'webpack'
import type * as esbuildEntry from '../../src/integrations/esbuild'
import type * as farmEntry from '../../src/integrations/farm'
import type { FollowAwaitsOptions } from '../../src/integrations/followAwaitsOptions'
import type * as rollupEntry from '../../src/integrations/rollup'
import type * as rspackEntry from '../../src/integrations/rspack'
import type * as webpackEntry from '../../src/integrations/webpack'
import { type BuiltPlugins, buildPlugins } from './builtPlugins'
import { type AppFolder, evaluateApp, originOf, placesWith, seenBy, writeApp } from './bundledApp'

interface Job {
  /** `null`: without the plugin. */
  readonly options: FollowAwaitsOptions | null
  readonly target?: 'browser' | 'node'
  readonly isMinified?: boolean
  readonly entry?: string
}

interface Built {
  readonly file: string
  /** What the bundler told its reader. */
  readonly told: string
}

type Builder = (job: Job) => Promise<Built>

let plugins: BuiltPlugins
let app: AppFolder
beforeAll(async () => {
  plugins = await buildPlugins()
  app = writeApp({ 'typescriptLoader.mjs': TYPESCRIPT_LOADER })
})
afterAll(() => {
  plugins.remove()
  app.remove()
})

/** Makes JavaScript of TypeScript, with a map, as the usual loaders do. */
const TYPESCRIPT_LOADER = `
import { transformSync } from ${JSON.stringify(import.meta.resolve('esbuild'))}
export default function (text) {
  const { code, map } = transformSync(text, { loader: 'ts', target: 'es2022', sourcemap: true, sourcefile: this.resourcePath })
  this.callback(null, code, JSON.parse(map))
}`

/** What the usual plugins of Rollup do, as far as the application needs it. CommonJS stays a file of its own, for Node. */
const nodeLike: RollupPlugin = {
  name: 'node-like',
  resolveId(id, importer = '') {
    if (id === 'legacy') return { id, external: true }
    if (id === './typed') return join(app.path, 'typed.ts')
    if (/^[@a-z]/.test(id) && !id.startsWith('virtual:'))
      return fileURLToPath(import.meta.resolve(id, pathToFileURL(importer).href))
    return null
  },
  async transform(code, id) {
    if (!id.endsWith('.ts')) return null
    const { code: javascript, map } = await transformWithOxc(code, id, { target: 'es2022', lang: 'ts' })
    return { code: javascript, map: map as never }
  },
}

const builders: Record<string, Builder> = {
  async webpack({ options, target, isMinified = false, entry = './main.ts' }) {
    const { followAwaits } = plugins.load<typeof webpackEntry>('webpack')
    const path = app.out()
    const told: string[] = []
    const compiler = webpack({
      mode: isMinified ? 'production' : 'development',
      context: app.path,
      entry,
      target: target === 'node' ? 'node' : 'web',
      devtool: 'source-map',
      output: { path, filename: 'app.cjs' },
      resolve: { extensions: ['.ts', '.js'] },
      module: {
        rules: [
          { test: /\.ts$/, loader: join(app.path, 'typescriptLoader.mjs') },
          { test: /quoted\.js$/, type: 'asset/source' },
        ],
      },
      infrastructureLogging: { stream: { write: (text: string) => told.push(text) } as never },
      plugins: options ? [followAwaits(options)] : [],
    })!
    const stats = await new Promise<webpack.Stats | undefined>((done, failed) =>
      compiler.run((error, result) => (error ? failed(error) : done(result))),
    )
    await new Promise((done) => compiler.close(done))
    expect(stats?.toString({ all: false, errors: true, warnings: true })).toBe('')
    return { file: join(path, 'app.cjs'), told: told.join('') }
  },

  async rspack({ options, target, isMinified = false, entry = './main.ts' }) {
    const { followAwaits } = plugins.load<typeof rspackEntry>('rspack')
    const path = app.out()
    const told: string[] = []
    const compiler = rspack({
      mode: isMinified ? 'production' : 'development',
      context: app.path,
      entry,
      target: target === 'node' ? 'node' : 'web',
      devtool: 'source-map',
      output: { path, filename: 'app.cjs' },
      resolve: { extensions: ['.ts', '.js'] },
      module: {
        rules: [
          {
            test: /\.ts$/,
            loader: 'builtin:swc-loader',
            options: { jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022' } },
          },
          { test: /quoted\.js$/, type: 'asset/source' },
        ],
      },
      infrastructureLogging: { stream: { write: (text: string) => told.push(text) } as never },
      plugins: options ? [followAwaits(options)] : [],
    })
    const stats = await new Promise<Stats | undefined>((done, failed) =>
      compiler.run((error, result) => (error ? failed(error) : done(result))),
    )
    await new Promise((done) => compiler.close(done))
    expect(stats?.toString({ all: false, errors: true, warnings: true })).toBe('')
    return { file: join(path, 'app.cjs'), told: told.join('') }
  },

  async esbuild({ options, target = 'browser', isMinified = false }) {
    const { followAwaits } = plugins.load<typeof esbuildEntry>('esbuild')
    const file = join(app.out(), 'app.mjs')
    const { warnings } = await buildWithEsbuild({
      absWorkingDir: app.path,
      entryPoints: ['main.ts'],
      bundle: true,
      format: 'esm',
      platform: target,
      minify: isMinified,
      sourcemap: 'linked',
      logLevel: 'silent',
      outfile: file,
      plugins: options ? [followAwaits(options)] : [],
    })
    return { file, told: warnings.map(({ text }) => text).join('\n') }
  },

  async farm({ options, target = 'browser', isMinified = false }) {
    const { followAwaits } = plugins.load<typeof farmEntry>('farm')
    const path = app.out()
    const name = target === 'node' ? 'app.mjs' : 'app.cjs'
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.spyOn(console, 'log').mockImplementation(() => {}) // that the build is complete
    await buildWithFarm({
      root: app.path,
      plugins: options ? [followAwaits(options)] : [],
      compilation: {
        input: { app: './main.ts' },
        output: { path, targetEnv: target === 'node' ? 'node-next' : 'browser-esnext', entryFilename: name },
        minify: isMinified,
        sourcemap: 'all', // of dependencies too
        persistentCache: false,
        partialBundling: { enforceResources: [{ name: 'app', test: ['.+'] }] },
      },
    })
    const told = warn.mock.calls.join('\n')
    vi.restoreAllMocks()
    return { file: join(path, name), told }
  },

  async rollup({ options }) {
    const { followAwaits } = plugins.load<typeof rollupEntry>('rollup')
    const file = join(app.out(), 'app.mjs')
    const told: string[] = []
    const bundle = await rollup({
      input: join(app.path, 'main.ts'),
      onLog: (_, { message }) => void told.push(message),
      // Before the plugin that makes JavaScript: its place makes no difference.
      plugins: [...(options ? [followAwaits(options)] : []), nodeLike],
    })
    await bundle.write({ file, format: 'es', sourcemap: true })
    return { file, told: told.join('\n') }
  },
}

// Real builds: the first of each bundler loads and warms it, which takes seconds on a busy machine.
describe.each(Object.keys(builders))('an application that %s builds', { timeout: 30_000 }, (name) => {
  const done = new Map<string, Promise<Built>>()
  /** Once for each job. */
  const build = (job: Job) => {
    const key = JSON.stringify(job, (_, value) => (value instanceof RegExp ? String(value) : value))
    const built = done.get(key) ?? builders[name]!(job)
    done.set(key, built)
    return built
  }
  const read = (file: string) => ({ code: readFileSync(file, 'utf8'), map: readFileSync(`${file}.map`, 'utf8') })
  const seenIn = async (job: Job) => seenBy(await evaluateApp((await build(job)).file))

  it('keeps its span behind every await, in dependencies too', async () => {
    expect(await seenIn({ options: {} })).toEqual(placesWith(true))
  })

  it('does so when it is minified', async () => {
    expect(await seenIn({ options: {}, isMinified: true })).toEqual(placesWith(true))
  })

  it('loses its span without the plugin', async () => {
    expect(await seenIn({ options: null })).toEqual(placesWith(false))
  })

  it.skipIf(name === 'rollup')('is left as it is for a server (Rollup is not told)', async () => {
    expect(await seenIn({ options: {}, target: 'node' })).toEqual(placesWith(false))
  })

  it('is rewritten only where the options say so', async () => {
    const seen = await seenIn({ options: { include: [/node_modules\/modern\//, 'typed.ts'], exclude: /typed/ } })
    expect(seen).toEqual({ ...placesWith(false), 'in an ES module of a dependency': true })
  })

  it('has a source map that leads back to the sources', async () => {
    const { code, map } = read((await build({ options: {} })).file)
    for (const [text, file] of [
      ['own', 'main.ts'],
      ['in a class of TypeScript', 'typed.ts'],
      ['in an ES module of a dependency', 'modern/index.js'],
    ] as const) {
      const quoted = code.includes(`"${text}"`) ? `"${text}"` : `'${text}'`
      const origin = originOf(quoted, code, map)
      expect(origin.file).toContain(file)
      expect(origin.text).toMatch(new RegExp(`^'${text}'`))
    }
  })

  it.runIf(name.endsWith('pack'))(
    'keeps a module that is shown as text (which only webpack and Rspack do)',
    async () => {
      const { text } = evaluateApp((await build({ options: {}, entry: './shows.js' })).file)
      expect(text).toBe('async () => { await 42 }; export {}')
    },
  )

  it.skipIf(name === 'rollup')('names the CommonJS dependency that was left (Rollup bundles none), once', async () => {
    expect((await build({ options: {} })).told).toMatch(/^[^\n]*followAwaits left these[^\n]*: legacy\n?$/)
    expect((await build({ options: { quiet: true } })).told).toBe('')
  })
})
