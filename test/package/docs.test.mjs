// @ts-check
// README and docs/: their code compiles against the built package, their links lead somewhere, and what can be run is run.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { ROOT, runNode, runTool } from '../../.ci/runTool.mjs'

const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
)
const OWN = ['docs/telemetry.api.md', 'docs/context.md'] // the first is made by a tool; the code of the second is files of e2e/libraries/recipes/
const FOLDER = join(ROOT, 'test/package/.docs')

/** @param {string} page */
const textOf = (page) => readFileSync(join(ROOT, page), 'utf8')

/** Each block of code of that language, with its page. @param {string} language */
const blocksOf = (language) =>
  PAGES.filter((page) => !OWN.includes(page)).flatMap((page) =>
    [...textOf(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
      ([, code = ''], index) => ({
        page,
        name: `${page} ${language} ${index + 1}`,
        code,
      }),
    ),
  )

test('the code of README and docs compiles', () => {
  const blocks = blocksOf('ts')
  assert.ok(blocks.length >= 12, `only ${blocks.length} blocks were found`)
  const files = new Map(
    blocks.map(({ name, code }) => [join(FOLDER, `${name.replace(/\W+/g, '-')}.ts`), `${code}\nexport {}\n`]),
  )
  /** @type {ts.CompilerOptions} */
  const options = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  const program = ts.createProgram([...files.keys()], options, host)
  const wrong = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const where = file ? relative(ROOT, file.fileName) : ''
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
  assert.deepEqual(wrong, [])
})

test('the links of README and docs lead to files and headings that are there, and are in the package', () => {
  const { files } = JSON.parse(textOf('package.json'))
  const wrong = []
  let links = 0
  for (const page of PAGES)
    for (const [, target = ''] of textOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      links++
      const [path, anchor] = target.split('#')
      const file = path ? resolve(ROOT, dirname(page), path) : join(ROOT, page)
      const shipped = relative(ROOT, file)
      if (!existsSync(file)) wrong.push(`${page}: ${target} is no file`)
      else if (!files.some((/** @type {string} */ one) => shipped === one || shipped.startsWith(`${one}/`)))
        wrong.push(`${page}: ${target} is not in the package`)
      else if (anchor && !headingsOf(readFileSync(file, 'utf8')).includes(anchor))
        wrong.push(`${page}: ${target} is no heading`)
    }
  assert.ok(links > 30, `only ${links} links were found`)
  assert.deepEqual(wrong, [])
})

/** As they stand in addresses. @param {string} text */
function headingsOf(text) {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

test('docs/options.md says what the declarations say', async () => {
  const { ok, output } = await runNode(['.ci/optionTables.mjs'])
  assert.ok(ok, output)
})

test('the test for Vitest in docs/testing.md runs', async () => {
  const [block] = blocksOf('ts').filter(({ page }) => page === 'docs/testing.md')
  mkdirSync(FOLDER, { recursive: true })
  try {
    writeFileSync(join(FOLDER, 'cart.test.ts'), block?.code ?? '')
    const entry = JSON.stringify(join(ROOT, 'dist/index.js'))
    const config = `export default { resolve: { alias: { '@codomyrmex/telemetry': ${entry} } } }`
    writeFileSync(join(FOLDER, 'vitest.config.mjs'), config)
    for (const environment of ['happy-dom', 'jsdom']) {
      const { ok, output } = await runTool('vitest', ['run', `--root=${FOLDER}`, `--environment=${environment}`])
      assert.ok(ok, output)
      assert.match(output, /1 passed/)
    }
  } finally {
    rmSync(FOLDER, { recursive: true, force: true })
  }
})
