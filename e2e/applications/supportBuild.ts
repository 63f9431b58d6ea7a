import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { followAwaits as FollowAwaits } from '@codomyrmex/telemetry/vite'
import { build, type Plugin, type PluginOption } from 'vite'
import type { tally } from './supportJudge'
import type { Requests } from './supportStory'

type Kept = Omit<ReturnType<typeof tally>, 'wrong'>

/** One application: what a test must know of it. */
export interface Application {
  /** Its libraries, for the reader of the table. */
  readonly title: string
  /** Where its `main` is, below e2e/applications/. */
  readonly folder: string
  /** What its build needs besides; new ones for each build. */
  readonly plugins?: () => readonly PluginOption[]
  /** What a page may have evaluated before telemetry starts, where that makes a difference. */
  readonly early?: string
  /** What the page has for it; by default an empty `<div id="app">`. */
  readonly body?: string
  readonly requests: Requests
  /** How many of its requests are under their own action, by build; no request is ever under another flow's. */
  readonly kept: Readonly<Partial<Record<Contestant['key'], Kept>>>
}

/** Whose spans are measured, and how the application is built for it. */
export interface Contestant {
  readonly key: 'plain' | 'withPlugin' | 'lowered' | 'late' | 'otel' | 'otelLowered'
  readonly name: string
  readonly isOtel?: boolean
  readonly target?: 'es2016'
  readonly withPlugin?: boolean
  /** The application's framework is evaluated before telemetry starts. */
  readonly isLate?: boolean
  /** Also an `await` of what is no promise. */
  readonly followsEveryAwait?: boolean
}

const OTEL_NAME = 'OpenTelemetry JS with zone.js'

export const PLAIN: Contestant = { key: 'plain', name: 'this project' }
export const WITH_PLUGIN: Contestant = {
  key: 'withPlugin',
  name: 'with the build plugin',
  withPlugin: true,
  followsEveryAwait: true,
}
export const LOWERED: Contestant = {
  key: 'lowered',
  name: 'lowered to ES2016',
  target: 'es2016',
  followsEveryAwait: true,
}
export const LATE: Contestant = {
  key: 'late',
  name: 'with the build plugin, React evaluated before startTelemetry',
  withPlugin: true,
  isLate: true,
  followsEveryAwait: true,
}
const OTEL: Contestant = { key: 'otel', name: OTEL_NAME, isOtel: true }
const OTEL_LOWERED: Contestant = {
  key: 'otelLowered',
  name: `${OTEL_NAME}, lowered to ES2016`,
  isOtel: true,
  target: 'es2016',
}

/** In the order of the table's columns. */
export const CONTESTANTS: readonly Contestant[] = [PLAIN, WITH_PLUGIN, LOWERED, LATE, OTEL, OTEL_LOWERED]

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Builds an application as its authors would, into a folder of its own that the caller removes. */
export async function buildApplication(
  { folder, plugins, early }: Application,
  { isOtel, target, withPlugin, isLate }: Contestant,
): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), `telemetry-${folder}-`))
  await build({
    root: here(folder),
    configFile: false,
    logLevel: 'error',
    define: { ngDevMode: 'false' }, // Angular's own build sets it
    plugins: [
      entry(isLate && early ? [early] : []),
      ...(isOtel ? [otelInstead()] : []),
      ...(plugins?.() ?? []),
      ...(withPlugin ? [await followAwaits()] : []),
    ],
    resolve: {
      alias: { '@codomyrmex/telemetry': isOtel ? here('supportOtel.ts') : here('../../dist/index.js') },
    },
    build: {
      outDir,
      emptyOutDir: true,
      ...(target && { target }),
      reportCompressedSize: false,
      rolldownOptions: { input: { main: ENTRY }, output: { entryFileNames: '[name].js' } },
    },
  })
  return outDir
}

const ENTRY = 'virtual:application'

/** Imports what is evaluated first, then the application's `main`. */
function entry(before: readonly string[]): Plugin {
  return {
    name: 'application-entry',
    resolveId: (id) => (id === ENTRY ? ENTRY : undefined),
    load(id) {
      if (id !== ENTRY) return
      return [...before, '/main'].map((path) => `import '${path}'`).join('\n')
    },
    // Our package.json says that importing a module of this folder does nothing; an application's has no such line.
    transform: {
      filter: { id: /e2e\/applications\// },
      handler: () => ({ moduleSideEffects: true }),
    },
  }
}

/** OpenTelemetry JS where the application starts telemetry. */
function otelInstead(): Plugin {
  return {
    name: 'otel-instead',
    enforce: 'pre',
    resolveId: (id) => (id.endsWith('/supportTracing') ? here('supportOtel.ts') : undefined),
  }
}

async function followAwaits(): Promise<PluginOption> {
  const built = new URL('../../dist/vite.js', import.meta.url)
  const plugin = (await import(built.href)) as { followAwaits: typeof FollowAwaits }
  return plugin.followAwaits() as PluginOption
}
