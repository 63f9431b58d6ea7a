// @vitest-environment node
// The stress of test/context, rewritten by the plugin and run by the engine itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build as buildWithEsbuild, type Plugin as EsbuildPlugin } from 'esbuild'
import { build, type Plugin, type Rolldown } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embedZone } from '../../.ci/embedZone.mjs'
import { followAwaits as followAwaitsInEsbuild } from '../../src/integrations/esbuild'
import { followAwaits } from '../../src/integrations/vite'

type Flows = Pick<typeof import('../support/flows'), 'runFlows' | 'counted'> &
  Pick<typeof import('../../src/context/context'), 'startContext'>

const root = fileURLToPath(new URL('../../', import.meta.url))

const ENTRY = `
  export { counted, runFlows } from ${JSON.stringify(`${root}test/support/flows`)}
  export { startContext } from ${JSON.stringify(`${root}src/context/context`)}`

/** All that the flows want of vitest, which runs nowhere but in its own module loader. */
const withoutVitest: Plugin = {
  name: 'without-vitest',
  enforce: 'pre',
  resolveId: (id) => (id === 'vitest' ? '\0vitest' : undefined),
  load: (id) =>
    id === '\0vitest'
      ? 'export const expect = (text) => ({ toMatch(pattern) { if (!pattern.test(text)) throw new Error(text) } })'
      : undefined,
}

/** The same for esbuild, which cannot give the zone either. */
const provided: EsbuildPlugin = {
  name: 'provided',
  setup(build) {
    const zone = embedZone().load as unknown as (this: object, id: string) => { code: string }
    build.onResolve({ filter: /^(?:vitest|virtual:zone\.js)$/ }, ({ path }) => ({ path, namespace: 'provided' }))
    build.onLoad({ filter: /.*/, namespace: 'provided' }, ({ path }) => ({
      contents:
        path === 'vitest'
          ? Reflect.apply(withoutVitest.load as (id: string) => string, withoutVitest, ['\0vitest'])
          : zone.call({ addWatchFile() {} }, `\0${path}`).code,
    }))
  },
}

const options = { include: '/test/support/' }
const define = { __VERSION__: '"0.0.0"' }

const builders: Record<string, (entry: string) => Promise<string>> = {
  async Vite(entry) {
    const built = await build({
      root,
      configFile: false,
      logLevel: 'warn',
      plugins: [withoutVitest, embedZone(), followAwaits(options)],
      define,
      build: {
        write: false,
        minify: false,
        target: 'esnext',
        lib: { entry, formats: ['es'], fileName: 'flows' },
      },
    })
    const [{ output }] = [built].flat() as [Rolldown.RolldownOutput]
    return output[0].code
  },
  async esbuild(entry) {
    const { outputFiles } = await buildWithEsbuild({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      format: 'esm',
      write: false,
      define,
      plugins: [provided, followAwaitsInEsbuild(options)],
    })
    return outputFiles[0]!.text
  },
}

describe.each(Object.keys(builders))('built by %s', (name) => {
  let folder = ''
  let flows: Flows
  let stop = () => {}
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'follow-awaits-'))
    const entry = join(folder, 'entry.mjs')
    writeFileSync(entry, ENTRY)
    const code = await builders[name]!(entry)
    expect(code.match(/await follow\$?\d*\(/g)?.length).toBeGreaterThan(20)
    const file = join(folder, 'flows.mjs')
    writeFileSync(file, code)
    flows = await import(/* @vite-ignore */ pathToFileURL(file).href)
    stop = flows.startContext()
  })
  afterAll(() => {
    stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each([1, 42, 20_260_101])(
    'hundreds of rewritten flows never see a span that is not theirs, and lose none of their own (seed %i)',
    { timeout: 20_000 },
    async (seed) => {
      const world = await flows.runFlows(seed)
      expect(world.points).toBeGreaterThan(7_000)
      expect({ wrong: flows.counted(world.wrong), lost: flows.counted(world.lost) }).toEqual({ wrong: {}, lost: {} })
    },
  )
})
