// The declarations of the packed package, in TypeScript from the oldest that we say to the newest, by every way to find a module.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'typescript-')))
after(() => rmSync(folder, { recursive: true }))

const installed = join(folder, 'node_modules', manifest.name)
mkdirSync(installed, { recursive: true })
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const { stdout } = await run(npm, ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
  cwd: ROOT,
  shell: process.platform === 'win32',
})
await run('tar', ['-xzf', join(folder, JSON.parse(stdout)[0].filename), '-C', installed, '--strip-components', '1'])

const entries = Object.keys(manifest.exports).filter((name) => name !== './package.json')
const files = entries.filter((name) => name.endsWith('.js')) // for a script tag: ES modules in any case
const plugins = entries.filter((name) => name !== '.' && !files.includes(name))

const USE = `
import { OTLPExporter, type Span, startTelemetry, traced, withSpan } from '${manifest.name}'
${plugins.map((name, i) => `import * as plugin${i} from '${manifest.name}/${name.slice(2)}'`).join('\n')}
const telemetry = startTelemetry({ serviceName: 'shop', processors: [], sampler: 0.5 })
const length: Promise<number> = withSpan('work', async (span) => span.getSpanId().length)
const spans: Span[] = []
telemetry.on('span_ended', ({ span }) => void spans.push(span))
const exporter = new OTLPExporter({ endpoint: '/v1/traces' })
class Cart { @traced('load') load(id: string) { return id } }
export { Cart, exporter, length${plugins.map((_, i) => `, plugin${i}`).join('')} }
`
const WRONG = `
import { startTelemetry } from '${manifest.name}'
startTelemetry({ serviceName: 5 })
`

const WAYS = {
  node: { module: 'ESNext', moduleResolution: 'node' },
  bundler: { module: 'ESNext', moduleResolution: 'bundler' },
  'node16 from an ES module': { module: 'Node16', moduleResolution: 'node16', type: 'module' },
  'node16 from CommonJS': { module: 'Node16', moduleResolution: 'node16', type: 'commonjs' },
}
const GONE = { typescript: [], typescript50: [], typescript7: ['node'] } // 7 knows no `node`, and 6 warns of it

for (const [compiler, gone] of Object.entries(GONE)) {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules', compiler, 'package.json'), 'utf8'))
  for (const [way, { type = 'module', ...options }] of Object.entries(WAYS).filter(([name]) => !gone.includes(name)))
    test(`TypeScript ${version} reads the declarations, by ${way}`, async () => {
      const app = join(folder, `${compiler} ${way}`)
      const isOld = version.startsWith('6') && way === 'node'
      const imported =
        type === 'module' ? files.map((name) => `import '${manifest.name}/${name.slice(2)}'\n`).join('') : ''
      write(app, {
        'package.json': JSON.stringify({ type }),
        'right.ts': imported + USE,
        'wrong.ts': WRONG,
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            ...options,
            ...(isOld && { ignoreDeprecations: '6.0' }),
            target: 'ES2022',
            lib: ['ES2022', 'DOM'],
            strict: true,
            noEmit: true,
            skipLibCheck: false,
            types: [],
          },
          include: ['*.ts'],
        }),
      })
      const errors = await check(compiler, app)
      assert.deepEqual(errors, ["wrong.ts(3,18): error TS2322: Type 'number' is not assignable to type 'string'."])
    })
}

test('each entry has one file of declarations, which needs no other', () => {
  const dist = join(installed, 'dist')
  const declared = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => /\.d\.[cm]?ts$/.test(name))
  const ofEsm = entries.map((name) => (name === '.' ? 'index.d.ts' : name.replace(/^\.\/(.*?)(\.js)?$/, '$1.d.ts')))
  const ofCommonJs = ['index.d.cts', ...plugins.map((name) => `${name.slice(2)}.d.cts`)]
  assert.deepEqual(declared.sort(), [...ofEsm, ...ofCommonJs].sort())
  for (const name of declared)
    assert.doesNotMatch(readFileSync(join(dist, name), 'utf8'), /\b(?:from|import\() ?['"]/, `${name} imports`)
})

/** What the compiler has to say. */
async function check(compiler, app) {
  const bin = join(
    ROOT,
    'node_modules',
    compiler,
    JSON.parse(readFileSync(join(ROOT, 'node_modules', compiler, 'package.json'), 'utf8')).bin.tsc,
  )
  const { stdout: told } = await run(process.execPath, [bin, '-p', app, '--pretty', 'false'], { cwd: app }).catch(
    (error) => error,
  )
  return told.split('\n').filter((line) => / error TS/.test(line))
}

function write(app, contents) {
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(app, name)), { recursive: true })
    writeFileSync(join(app, name), text)
  }
}
