// @vitest-environment node
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runInThisContext } from 'node:vm'
import type { NextConfig } from 'next'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { followAwaits } from '../../src/integrations/next'
import { type BuiltPlugins, buildPlugins, requireByNode } from './builtPlugins'
import { type AppFolder, appOf, type BundledApp, originOf, placesWith, seenBy, writeApp } from './bundledApp'

const root = fileURLToPath(new URL('../../', import.meta.url))
const scratch = join(root, 'test-results') // Turbopack resolves nothing outside of its root

const PAGES = {
  'app/layout.tsx': `
export default function Layout({ children }: { children: React.ReactNode }) { return <html><body>{children}</body></html> }`,
  'app/page.tsx': `
import { modern } from 'modern'
import { Probe } from './probe'
export default async function Page() {
  await modern(() => {})
  return <Probe start={await 7} />
}`,
  'app/probe.tsx': `
'use client'
import '../main'
export function Probe({ start }: { start: number }) { return <b>{start}</b> }`,
}

let plugins: BuiltPlugins
beforeAll(async () => {
  mkdirSync(scratch, { recursive: true })
  plugins = await buildPlugins(scratch)
}, 300_000)
afterAll(() => plugins.remove())

type Modules = ReadonlyMap<string, (...args: never[]) => void>

/** How a bundler's chunks are read without its run-time, which would start the whole page. */
interface Bundler {
  readonly flag: string
  /** What the chunks begin with that only register modules. */
  readonly start: string
  modulesOf(code: string): Modules
  /** Runs a module that has been found in `modules`. `need` gives the exports of another one. */
  run(found: never, module: { exports: object }, need: (id: unknown) => object): void
}

const bundlers: Record<string, Bundler> = {
  webpack: {
    flag: '--webpack',
    start: '(self.webpackChunk_N_E=',
    modulesOf(code) {
      const page = { webpackChunk_N_E: [] as [unknown, Record<string, () => void>][] }
      runInThisContext(`(self) => {${code}\n}`)(page)
      return new Map(page.webpackChunk_N_E.flatMap(([, modules]) => Object.entries(modules)))
    },
    run(found: (module: object, exports: object, need: object) => void, module, need) {
      const d = (exports: object, getters: Record<string, () => unknown>) => {
        for (const [name, get] of Object.entries(getters)) Object.defineProperty(exports, name, { get })
      }
      found(module, module.exports, Object.assign(need, { d }))
    },
  },
  Turbopack: {
    flag: '--turbopack',
    start: '(globalThis.TURBOPACK||',
    modulesOf(code) {
      const page = globalThis as { TURBOPACK?: unknown[][] }
      runInThisContext(code) // as it is: the modules look for `globalThis` too
      const modules = new Map<string, () => void>()
      for (const [, ...parts] of page.TURBOPACK ?? []) {
        parts.forEach((part, index) => {
          const run = parts.slice(index).find((one) => typeof one === 'function')
          if (typeof part === 'number' && run) modules.set(String(part), run as () => void)
        })
      }
      delete page.TURBOPACK
      return modules
    },
    run(found: (context: object, module: object, exports: object) => void, module, need) {
      // `s` sets the exports of ES modules: Turbopack makes one module of all of ours, and nothing imports that.
      found({ i: need, r: need, s: () => {} }, module, module.exports)
    },
  },
}

/** Runs the application's own module out of the chunks of a page, and what it imports. */
function evaluateMain({ start, modulesOf, run }: Bundler, chunks: readonly string[]): BundledApp {
  const codes = chunks.map((file) => readFileSync(file, 'utf8')).filter((code) => code.startsWith(start))
  const modules: Modules = new Map(codes.flatMap((code) => [...modulesOf(code)]))
  const evaluated = new Map<string, { exports: object }>()
  const need = (wanted: unknown): object => {
    const id = String(wanted)
    const module = evaluated.get(id) ?? { exports: {} }
    if (!evaluated.has(id)) {
      evaluated.set(id, module)
      run(modules.get(id) as never, module, (other) => need(other))
    }
    return module.exports
  }
  const [main] = [...modules].find(([, code]) => String(code).includes('in for await'))!
  return appOf(() => need(main))
}

interface NextBuild {
  readonly app: AppFolder
  readonly output: string
  /** What the browser gets. */
  readonly chunks: string[]
}

async function buildWithNext(flag: string): Promise<NextBuild> {
  const given = `{ experimental: { cpus: 1 }, turbopack: { root: ${JSON.stringify(root)} }, productionBrowserSourceMaps: true, typescript: { ignoreBuildErrors: true } }`
  const app = writeApp(
    {
      ...PAGES,
      'next.config.mjs': `
import { followAwaits } from ${JSON.stringify(plugins.pathOf('next'))}
export default followAwaits(${given})`,
    },
    scratch,
  )
  const args = [requireByNode.resolve('next/dist/bin/next'), 'build', flag, '--experimental-build-mode', 'compile'] // without rendering the pages
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' as const }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: app.path, env })
  const statics = join(app.path, '.next/static')
  const files = readdirSync(statics, { recursive: true, encoding: 'utf8' }).map((name) => join(statics, name))
  return { app, output: stdout + stderr, chunks: files.filter((name) => name.endsWith('.js')) }
}

// Real builds of a whole framework: they take as long as the machine lets them.
describe.each(Object.keys(bundlers))('a page that Next builds with %s', { timeout: 300_000 }, (name) => {
  const bundler = bundlers[name]!
  let built: NextBuild
  beforeAll(async () => {
    built = await buildWithNext(bundler.flag)
  }, 300_000)
  afterAll(() => built.app.remove())

  const mainChunk = () => built.chunks.find((file) => readFileSync(file, 'utf8').includes('in for await'))!

  it('keeps its span behind every await, in dependencies too', async () => {
    expect(await seenBy(evaluateMain(bundler, built.chunks))).toEqual(placesWith(true))
  })

  it('has a source map that leads back to the TypeScript', () => {
    const file = mainChunk()
    const code = readFileSync(file, 'utf8')
    const [, map = ''] = /sourceMappingURL=(\S+)/.exec(code) ?? []
    const origin = originOf('"own"', code, readFileSync(join(file, '..', map), 'utf8'))
    expect(origin.file).toContain('main.ts')
    expect(origin.text).toMatch(/^'own'/)
  })

  it('is left as it is on the server', () => {
    const isRewritten = (text: string) => /await [\w$()., ]*\(42\)/.test(text)
    expect(isRewritten(readFileSync(mainChunk(), 'utf8'))).toBe(true)
    const folder = join(built.app.path, '.next/server')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.js$/.test(file))
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'))
    expect(texts.some((text) => /await 42[,;]\s*\w+\(["']in an ES module of a dependency/.test(text))).toBe(true)
    expect(texts.filter(isRewritten)).toEqual([])
  })

  if (name === 'webpack')
    it('names the CommonJS dependency that was left', () => {
      expect(built.output).toMatch(/followAwaits left these[^\n]*: legacy\n/)
    })
  else
    it('does not name the CommonJS dependency that was left, since Turbopack lets a loader say nothing', () => {
      expect(built.output).not.toContain('followAwaits')
    })
})

describe('the configuration', () => {
  const config: NextConfig = {
    reactStrictMode: true,
    turbopack: { rules: { '*.svg': { loaders: ['svg'], as: '*.js' } } },
  }

  it('keeps what stood in it', () => {
    const { reactStrictMode, turbopack } = followAwaits(config)
    expect(reactStrictMode).toBe(true)
    expect(turbopack?.rules?.['*.svg']).toEqual({ loaders: ['svg'], as: '*.js' })
    expect(Object.keys(turbopack?.rules ?? {})).toHaveLength(2)
  })

  it("runs the application's own function for webpack first, and adds to what that gives", () => {
    const { webpack } = followAwaits({ webpack: (given: { plugins: unknown[] }) => ({ ...given, mine: true }) })
    const change = webpack as unknown as (given: object, context: object) => { plugins: unknown[]; mine: boolean }
    const changed = change({ plugins: [] }, { isServer: false })
    expect(changed.mine).toBe(true)
    expect(changed.plugins).toHaveLength(1)
  })

  it.each([
    ['the server', { isServer: true, nextRuntime: 'nodejs' }],
    ['the edge', { isServer: true, nextRuntime: 'edge' }],
  ])('adds nothing for %s', (_, context) => {
    const change = followAwaits({}) as unknown as { webpack(given: object, context: object): { plugins: unknown[] } }
    expect(change.webpack({ plugins: [] }, context).plugins).toEqual([])
  })

  it('may be a function, also an asynchronous one', async () => {
    const give = followAwaits(async (phase: string) => ({ ...config, env: { phase } }))
    const given = await give('phase-production-build')
    expect(given.env).toEqual({ phase: 'phase-production-build' })
    expect(given).toHaveProperty('webpack')
  })
})
