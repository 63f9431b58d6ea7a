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
import { type AppFolder, originOf, seenBy, writeApp } from './bundledApp'

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
import { legacy } from 'legacy'
import { modern } from 'modern'
import { useEffect } from 'react'
type Seen = (where: string) => void
async function own(seen: Seen): Promise<void> {
  await (42 as number)
  seen('own')
}
const run = async (seen: Seen) => { for (const part of [own, modern, legacy]) await Promise.resolve(part(seen)) }
export function Probe({ start }: { start: number }) {
  useEffect(() => void Object.assign(globalThis, { bundledApp: { run } }), [])
  return <b>{start}</b>
}`,
}

let plugins: BuiltPlugins
beforeAll(async () => {
  mkdirSync(scratch, { recursive: true })
  plugins = await buildPlugins(scratch)
}, 300_000)
afterAll(() => plugins.remove())

type Modules = Map<string, (...args: never[]) => void>

/** Takes the modules out of the chunks of a bundler; what they need beside each other and React's three functions is not there. */
interface Bundler {
  readonly flag: string
  modulesOf(code: string): Modules
  /** Runs a module and gives its exports. */
  evaluate(modules: Modules, id: string): Record<string, unknown>
}

/** Stands for React: an effect runs at once. */
const react = { useEffect: (effect: () => void) => effect(), jsx: () => null, jsxs: () => null }

const bundlers: Record<string, Bundler> = {
  webpack: {
    flag: '--webpack',
    modulesOf(code) {
      const page = { webpackChunk_N_E: [] as [unknown, Record<string, () => void>][] }
      runInThisContext(`(self) => {${code}\n}`)(page)
      return new Map(page.webpackChunk_N_E.flatMap(([, modules]) => Object.entries(modules)))
    },
    evaluate(modules, id) {
      const need = (wanted: unknown) =>
        modules.has(String(wanted)) ? bundlers['webpack']!.evaluate(modules, String(wanted)) : react
      const d = (exports: object, getters: Record<string, () => unknown>) => {
        for (const [name, get] of Object.entries(getters)) Object.defineProperty(exports, name, { get })
      }
      const module = { exports: {} as Record<string, unknown> }
      const run = modules.get(id) as (module: object, exports: object, need: object) => void
      run(module, module.exports, Object.assign(need, { d, r: () => {}, n: (value: unknown) => () => value }))
      return module.exports
    },
  },
  Turbopack: {
    flag: '--turbopack',
    modulesOf(code) {
      const page = { TURBOPACK: [] as unknown[][] }
      runInThisContext(`(globalThis, document) => {${code}\n}`)(page, {})
      const modules: Modules = new Map()
      for (const [, ...parts] of page.TURBOPACK) {
        parts.forEach((part, index) => {
          const run = parts.slice(index).find((one) => typeof one === 'function')
          if (typeof part === 'number' && run) modules.set(String(part), run as () => void)
        })
      }
      return modules
    },
    evaluate(modules, id) {
      const need = (wanted: unknown) =>
        modules.has(String(wanted)) ? bundlers['Turbopack']!.evaluate(modules, String(wanted)) : react
      const made: Record<string, unknown> = {}
      const s = (list: unknown[]) => {
        for (let index = 0; index < list.length; ) {
          const key = list[index++] as string
          const given = list[index++]
          if (given === 0) made[key] = list[index++]
          else Object.defineProperty(made, key, { get: given as () => unknown })
        }
      }
      const run = modules.get(id) as (context: object, module: object, exports: object) => void
      run({ i: need, r: need, s }, {}, made)
      return made
    },
  },
}

interface NextBuild {
  readonly app: AppFolder
  readonly output: string
  /** What the browser gets. */
  readonly chunks: string[]
}

async function buildWithNext(flag: string, hasPlugin: boolean): Promise<NextBuild> {
  const given = `{ experimental: { cpus: 1 }, turbopack: { root: ${JSON.stringify(root)} }, productionBrowserSourceMaps: true, typescript: { ignoreBuildErrors: true } }`
  const app = writeApp(
    {
      ...PAGES,
      'next.config.mjs': `
import { followAwaits } from ${JSON.stringify(plugins.pathOf('next'))}
export default ${hasPlugin ? `followAwaits(${given})` : given}`,
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
  const { flag, modulesOf, evaluate } = bundlers[name]!
  let built: NextBuild
  beforeAll(async () => {
    built = await buildWithNext(flag, true)
  }, 300_000)
  afterAll(() => built.app.remove())

  const probeChunk = () =>
    built.chunks.find(
      (file) => readFileSync(file, 'utf8').includes('"Probe"') || readFileSync(file, 'utf8').includes('Probe:'),
    )!

  it('keeps its span behind every await, in dependencies too', async () => {
    const modules = modulesOf(readFileSync(probeChunk(), 'utf8'))
    for (const id of modules.keys()) {
      const { Probe } = evaluate(modules, id) as { Probe?: (props: object) => void }
      Probe?.({ start: 1 })
    }
    expect(await seenBy((globalThis as never)['bundledApp'])).toEqual({
      own: true,
      'in an ES module of a dependency': true,
      'in CommonJS': false,
    })
  })

  it('has a source map that leads back to the TypeScript', () => {
    const file = probeChunk()
    const code = readFileSync(file, 'utf8')
    const [, map = ''] = /sourceMappingURL=(\S+)/.exec(code) ?? []
    const origin = originOf('"own"', code, readFileSync(join(file, '..', map), 'utf8'))
    expect(origin.file).toContain('probe.tsx')
    expect(origin.text).toMatch(/^'own'/)
  })

  it('is left as it is on the server', () => {
    const folder = join(built.app.path, '.next/server')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.js$/.test(file))
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'))
    expect(texts.some((text) => text.includes('in an ES module of a dependency'))).toBe(true)
    expect(texts.filter((text) => text.includes('someGenerator') || /await \w+\(42\)/.test(text))).toEqual([])
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
