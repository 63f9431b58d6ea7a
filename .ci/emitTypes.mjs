// @ts-check
// Writes the type declarations to dist/types/, one for each source file.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './runTool.mjs'

const RELATIVE_IMPORT = /(\bfrom |\bimport\(|\bimport )'(\.[^']*)'/g

export function emitTypes() {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(ROOT, '.ci/tsconfig.types.json')], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The type declarations could not be made: see the errors of TypeScript above.')
  for (const file of declarations(join(ROOT, 'dist/types'))) addExtensions(file)
}

/** @param {string} folder */
function declarations(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.d.ts')).map((name) => join(folder, name))
}

/**
 * Our sources import './span'; TypeScript copies that, and a reader with Node's own module resolution needs './span.js'.
 * @param {string} file
 */
function addExtensions(file) {
  const text = readFileSync(file, 'utf8')
  const changed = text.replace(RELATIVE_IMPORT, (_, before, path) => {
    if (!existsSync(join(dirname(file), `${path}.d.ts`)))
      throw new Error(`${file} imports '${path}', which has no types.`)
    return `${before}'${path}.js'`
  })
  writeFileSync(file, changed)
}
