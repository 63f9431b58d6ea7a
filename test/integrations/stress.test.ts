// @vitest-environment node
// The stress of test/context, rewritten by the plugin and run by the engine itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin, type Rolldown } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { embedZone } from '../../.ci/embedZone.mjs'
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

let folder = ''
let flows: Flows
let stop = () => {}
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'follow-awaits-'))
  const entry = join(folder, 'entry.mjs')
  writeFileSync(entry, ENTRY)
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [withoutVitest, embedZone(), followAwaits({ include: '/test/support/' })],
    define: { __VERSION__: '"0.0.0"' },
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      lib: { entry, formats: ['es'], fileName: 'flows' },
    },
  })
  const [{ output }] = [built].flat() as [Rolldown.RolldownOutput]
  expect(output[0].code.match(/await follow\$?\d*\(/g)?.length).toBeGreaterThan(20)
  const file = join(folder, 'flows.mjs')
  writeFileSync(file, output[0].code)
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
