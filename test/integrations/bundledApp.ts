// A small application with each kind of module that a build meets, and what it saw when it was run.
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runIn, startContext } from '../../src/context/context'
import { activeSpan, contextWithNewSpan } from '../support/contexts'
import { requireByNode } from './builtPlugins'

const FILES: Record<string, string> = {
  'package.json': '{ "name": "app", "private": true, "type": "module" }',
  'main.ts': `
import { MutationObserver, QueryClient } from '@tanstack/query-core'
import { legacy } from 'legacy'
import { modern } from 'modern'
import { typed } from './typed'

export type Seen = (where: string) => void

async function own(seen: Seen): Promise<void> {
  await (42 as number)
  seen('own')
}

async function thenable(seen: Seen): Promise<void> {
  const query: PromiseLike<number> = { then: (done?: any) => { seen('inside then'); return done(7) } }
  if ((await query) === 7) seen('behind a thenable')
}

async function iterated(seen: Seen): Promise<void> {
  let left = 1
  const parts = { [Symbol.asyncIterator]: () => ({ next: (): any => ({ done: left-- === 0, value: left }) }) }
  for await (const part of parts) if (part === 0) seen('in for await')
}

async function query(seen: Seen): Promise<void> {
  const client = new QueryClient()
  const mutation = new MutationObserver(client, { mutationFn: async () => seen('in a mutation of TanStack Query') })
  await mutation.mutate()
}

const run = async (seen: Seen): Promise<void> => {
  for (const part of [own, thenable, iterated, typed, modern, query, legacy]) await Promise.resolve(part(seen))
}
Object.assign(globalThis, { bundledApp: { run } })
`,
  'typed.ts': `
import type { Seen } from './main'
enum Answer { Yes = 1 }
class Service<T extends Seen> {
  constructor(private readonly seen: T) {}
  async call(): Promise<void> {
    await (<Answer>Answer.Yes)
    this.seen('in a class of TypeScript')
  }
}
export const typed = (seen: Seen): Promise<void> => new Service(seen).call()
`,
  'shows.js': "import text from './quoted.js'\nglobalThis.bundledApp = { text }",
  'quoted.js': 'async () => { await 42 }; export {}', // for bundlers that are told to give its text
  'node_modules/modern/package.json': '{ "name": "modern", "version": "1.0.0", "type": "module", "main": "index.js" }',
  'node_modules/modern/index.js': `
export async function modern(seen) {
  await 42
  seen('in an ES module of a dependency')
}
`,
  'node_modules/legacy/package.json': '{ "name": "legacy", "version": "1.0.0", "main": "index.js" }',
  'node_modules/legacy/index.js': `
exports.legacy = async function (seen) {
  await 42
  seen('in CommonJS')
}
`,
}

/** Every place that the application tells, whether its span is current there without the plugin, and with it. */
const PLACES = {
  own: [false, true],
  'inside then': [false, true],
  'behind a thenable': [false, true],
  'in for await': [false, true],
  'in a class of TypeScript': [false, true],
  'in an ES module of a dependency': [false, true],
  'in a mutation of TanStack Query': [false, true],
  'in CommonJS': [false, false],
} as const

export const placesWith = (plugin: boolean) =>
  Object.fromEntries(Object.entries(PLACES).map(([place, [without, withIt]]) => [place, plugin ? withIt : without]))

export interface AppFolder {
  readonly path: string
  /** A fresh folder for what is built. */
  out(): string
  remove(): void
}

const isTypes = (file: string) => /\.c?ts(?:\.map)?$/.test(file)

export function writeApp(extra: Record<string, string> = {}, parent = tmpdir()): AppFolder {
  const path = realpathSync(mkdtempSync(join(parent, 'bundled-app-')))
  for (const [name, text] of Object.entries({ ...FILES, ...extra })) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  const query = fileURLToPath(new URL('../../node_modules/@tanstack/query-core', import.meta.url))
  cpSync(query, join(path, 'node_modules/@tanstack/query-core'), { recursive: true, filter: (file) => !isTypes(file) })
  return {
    path,
    out: () => mkdtempSync(join(path, 'out-')),
    remove: () => rmSync(path, { recursive: true }),
  }
}

export interface BundledApp {
  run(seen: (where: string) => void): Promise<void>
  text: string
}

/** Evaluates a built application. */
export function evaluateApp(file: string): BundledApp {
  const page = globalThis as { window?: object }
  page.window = globalThis // Farm's run-time looks for it
  try {
    return appOf(() => requireByNode(file))
  } finally {
    delete page.window
  }
}

/** The application that `evaluate` puts on the page, where nothing is left of the one before, nor of this one. */
export function appOf(evaluate: () => void): BundledApp {
  const page = globalThis as { bundledApp?: BundledApp }
  delete page.bundledApp
  evaluate()
  const app = page.bundledApp
  delete page.bundledApp
  if (!app) throw new Error('no application was evaluated')
  return app
}

/** Runs a built application in a span, and tells at which places that span was current. */
export async function seenBy(app: BundledApp): Promise<Record<string, boolean>> {
  const stop = startContext()
  const seen: Record<string, boolean> = {}
  const context = contextWithNewSpan()
  try {
    const see = (where: string) => {
      seen[where] = activeSpan() === context.span
    }
    await runIn(context, () => app.run(see))
  } finally {
    stop()
  }
  return seen
}

interface Entry {
  originalSource: string
  originalLine: number
  originalColumn: number
}

/** Where the source map says that `text` of the built code comes from: the file, and what stands there. */
export function originOf(text: string, code: string, map: string): { file: string; text: string } {
  const parsed = JSON.parse(map) as { sources: string[]; sourcesContent: string[] }
  const lines = code.split('\n')
  const line = lines.findIndex((one) => one.includes(text))
  const entry = new SourceMap(parsed as never).findEntry(line, lines[line]?.indexOf(text) ?? -1) as Entry
  const content = parsed.sourcesContent[parsed.sources.indexOf(entry.originalSource)] ?? ''
  const original = content.split('\n')[entry.originalLine] ?? ''
  return { file: entry.originalSource, text: original.slice(entry.originalColumn) }
}
