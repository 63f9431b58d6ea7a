// @vitest-environment node
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { SourceMap } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { build, createServer, type InlineConfig, parseAst, type Rolldown } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { type FollowAwaitsOptions, followAwaits, type TransformMeta } from '../../src/integrations/vite'
import { activeSpan, contextWithNewSpan } from '../support/contexts'

const APP: Record<string, string> = {
  'index.html': '<script type="module" src="./main.ts"></script>',
  'main.ts': `
    import { database, type Row } from './database'
    const cache: Map<string, number> = new Map([['answer', 42]])
    const load = async (): Promise<number> => 1
    export async function answer(seen: () => void): Promise<Row> {
      await (cache.get('answer') ?? load())
      seen()
      const row = await database.select(seen)
      seen()
      for await (const part of database.parts()) void (part, seen())
      seen()
      return row as Row
    }`,
  'database.ts': `
    export interface Row { readonly id: number }
    class Query { constructor(private readonly seen: () => void) {} then(done: (row: Row) => void) { this.seen(); done({ id: 7 }) } }
    export const database = {
      select: (seen: () => void) => new Query(seen),
      parts: () => { let left = 2; return { [Symbol.asyncIterator]: () => ({ next: () => ({ done: left-- === 0, value: left }) }) } },
    }
    await 0`,
  'quiet.ts': 'export const quiet = 1',
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-awaits-'))
  for (const [name, text] of Object.entries(APP)) writeFileSync(join(folder, name), text)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function buildApp(plugins: NonNullable<InlineConfig['plugins']>, options: InlineConfig['build'] = {}) {
  const lib = { entry: join(folder, 'main.ts'), formats: ['es' as const], fileName: 'app' }
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    plugins,
    build: { write: false, minify: false, target: 'esnext', lib, ...options },
  })
  const [{ output }] = [built].flat() as [Rolldown.RolldownOutput]
  return output[0]
}

/** Evaluates built code, and tells which spans its function saw from inside one. */
async function seenIn(code: string): Promise<unknown[]> {
  const file = join(folder, `app-${Math.random()}.mjs`)
  writeFileSync(file, code)
  const { answer } = await import(/* @vite-ignore */ pathToFileURL(file).href)
  const stop = startContext()
  const seen: unknown[] = []
  const context = contextWithNewSpan()
  try {
    expect(await runIn(context, () => answer(() => seen.push(activeSpan() === context.span)))).toEqual({ id: 7 })
  } finally {
    stop()
  }
  return seen
}

describe('an application that Vite builds', () => {
  it('keeps its span behind every await', async () => {
    const { code } = await buildApp([followAwaits()])
    expect(await seenIn(code)).toEqual([true, true, true, true, true, true])
  })

  it('does so when it is minified', async () => {
    const { code } = await buildApp([followAwaits()], { minify: true })
    expect(await seenIn(code)).toEqual([true, true, true, true, true, true])
  })

  it('loses its span without the plugin', async () => {
    const { code } = await buildApp([])
    expect(await seenIn(code)).toEqual([false, false, false, false, false, false])
  })

  it('has a source map that leads back to the TypeScript', async () => {
    const { code, map } = await buildApp([followAwaits()], { sourcemap: true })
    const lines = code.split('\n')
    const line = lines.findIndex((text) => text.includes('database.select('))
    const column = lines[line]!.indexOf('database.select(')
    const entry = new SourceMap(map as never).findEntry(line, column) as SourceEntry
    expect(entry.originalSource).toMatch(/main\.ts$/)
    expect(APP['main.ts']!.split('\n')[entry.originalLine]!.slice(entry.originalColumn)).toMatch(/^database\.select/)
  })

  it('gets the helper once, and only the half that it uses', async () => {
    const { code } = await buildApp([followAwaits()])
    expect(code.match(/async \(\) => \{\}/g)).toHaveLength(1)
    const { code: small } = await buildApp([followAwaits({ include: 'database.ts' })])
    expect(small).toContain('function follow(')
    expect(small).not.toContain('followEach')
  })

  it('gets no helper when nothing is awaited', async () => {
    const lib = { entry: join(folder, 'quiet.ts'), formats: ['es' as const] }
    expect((await buildApp([followAwaits()], { lib })).code).not.toMatch(/__follow|async/)
  })
})

interface SourceEntry {
  originalSource: string
  originalLine: number
  originalColumn: number
}

/** Serves `root` as the development server does, and gives the text behind a URL of it. */
async function serveApp(root: string, plugins: NonNullable<InlineConfig['plugins']>) {
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins,
    server: { middlewareMode: true, ws: false },
    optimizeDeps: { noDiscovery: true },
  })
  const http = createHttpServer(vite.middlewares)
  await once(http.listen(0, '127.0.0.1'), 'listening')
  const { port } = http.address() as AddressInfo
  return {
    vite,
    get: async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text(),
    async close() {
      http.close()
      http.closeAllConnections()
      await vite.close()
    },
  }
}

describe('the development server', () => {
  it('gives rewritten modules, and the helper that they import', async () => {
    const { vite, get, close } = await serveApp(folder, [followAwaits()])
    try {
      const main = await get('/main.ts')
      expect(main).toMatch(/await \(?__follow\(cache\.get/)
      const [, helper] = /from "([^"]*\/follow)"/.exec(main) ?? []
      expect(await get(helper ?? '')).toContain('export function followEach')
      expect(await get('/quiet.ts')).not.toContain('__follow')
      expect((await vite.transformRequest('/main.ts', { ssr: true }))?.code).not.toContain('__follow')
    } finally {
      await close()
    }
  })
})

describe("the demo's own pages", () => {
  const pages = fileURLToPath(new URL('../../demo/pages/', import.meta.url))
  it.each([
    ['react/useCart.ts', 3],
    ['react/useProducts.ts', 1],
    ['shopApi.ts', 6],
    ['vue/App.vue', 5],
  ])('%s has its awaits rewritten', async (name, awaits) => {
    const { get, close } = await serveApp(pages, [vue(), followAwaits()])
    try {
      const code = await get(`/${name}`)
      expect(code.match(/\b__follow(?:Each)?\(/g)?.length).toBeGreaterThanOrEqual(awaits)
      expect(parseAst(code)).toBeTruthy()
    } finally {
      await close()
    }
  })
})

describe('the choice of modules', () => {
  const isRewritten = (
    id: string,
    options?: FollowAwaitsOptions,
    meta?: TransformMeta,
    code = 'await x; export {}',
  ) => {
    const context = { parse: (text: string, parseOptions?: object) => parseAst(text, parseOptions) }
    return followAwaits(options).transform.handler.call(context, code, id, meta) !== undefined
  }

  it.each([
    ['the application', '/app/src/main.ts', true],
    ['a part of a component', '/app/src/App.vue?vue&type=script&setup=true&lang.ts', true],
    ['an inline script', '/app/index.html?html-proxy&index=0.js', true],
    ['a dependency', '/app/node_modules/idb/build/index.js', true],
    ['a dependency that the development server has bundled', '/app/node_modules/.vite/deps/idb.js', true],
    ['a path of Windows', 'C:\\app\\src\\main.ts', true],
    ['this package', '/app/node_modules/@codomyrmex/telemetry/dist/index.js', false],
    ['this package on Windows', 'C:\\app\\node_modules\\@codomyrmex\\telemetry\\dist\\index.js', false],
    ['this package, bundled by the development server', '/app/node_modules/.vite/deps/@codomyrmex_telemetry.js', false],
    [
      'what lies beside the plugin',
      fileURLToPath(new URL('../../src/integrations/follow.mjs', import.meta.url)),
      false,
    ],
    ['zone.js', '/app/node_modules/zone.js/fesm2015/zone.js', false],
    ["Vite's client", '/app/node_modules/vite/dist/client/client.mjs', false],
    ['what another plugin made for itself', '\0vite/preload-helper.js', false],
  ])('%s', (_, id, expected) => {
    expect(isRewritten(id)).toBe(expected)
  })

  it('can be narrowed and widened by parts of paths and by patterns', () => {
    expect(isRewritten('/app/src/main.ts', { include: '/src/' })).toBe(true)
    expect(isRewritten('/app/node_modules/idb/index.js', { include: '/src/' })).toBe(false)
    expect(isRewritten('/app/node_modules/idb/index.js', { include: ['/src/', /\/idb\//] })).toBe(true)
    expect(isRewritten('/app/src/main.ts', { exclude: /\.ts$/ })).toBe(false)
    expect(isRewritten('/app/node_modules/zone.js/zone.js', { include: /zone/ })).toBe(false)
    const exclude = /idb/g
    const options = { exclude }
    expect([1, 2, 3].map(() => isRewritten('/app/node_modules/idb/index.js', options))).toEqual([false, false, false])
  })

  it('reads TypeScript and JSX where Rolldown gives them as they are, and leaves data and text', () => {
    const typescript = 'const a: Promise<number> = b as never; export const c = (await a) satisfies number'
    expect(isRewritten('/app/a.ts', {}, { moduleType: 'ts' }, typescript)).toBe(true)
    expect(isRewritten('/app/a.tsx', {}, { moduleType: 'tsx' }, 'export const a = <b>{await (c as never)}</b>')).toBe(
      true,
    )
    expect(isRewritten('/app/a.jsx', {}, { moduleType: 'jsx' }, 'export const a = <b>{await c}</b>')).toBe(true)
    expect(isRewritten('/app/a.css', {}, { moduleType: 'css' }, 'await x')).toBe(false)
    expect(isRewritten('/app/a.txt', {}, { moduleType: 'text' }, 'await x')).toBe(false)
  })

  it('leaves to the bundler what does not parse', () => {
    expect(isRewritten('/app/a.js', {}, {}, 'await await await')).toBe(false)
  })

  it('leaves the code for servers', () => {
    expect(isRewritten('/app/a.js', {}, { ssr: true })).toBe(false)
  })
})

it('the filter for bundlers lets through what awaits, and nothing else', () => {
  const { code } = followAwaits().transform.filter
  expect(['await x', 'for await(x of y)', 'a=>{yield x}'].every((text) => code.test(text))).toBe(true)
  expect(['async () => 1', 'awaits', 'x.then()'].some((text) => code.test(text))).toBe(false)
  expect(readFileSync(new URL('../../src/integrations/follow.mjs', import.meta.url), 'utf8')).not.toMatch(/^import/m)
})
