import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import type { Lab } from './startLab'

const ROOT = new URL('../../', import.meta.url)
const IMPORTED = /(\bfrom |\bimport\(|^import )'([^']+)'/gm

/**
 * Serves a TypeScript file of e2e/ and what it imports, as it is written: types removed and nothing lowered, so that native
 * `await` stays native. `instead` names the files of e2e/ that stand in for imports, by the specifier in the source.
 */
export function serveModule(lab: Lab, file: string, instead: Readonly<Record<string, string>> = {}): string {
  const paths = new Map<string, string>()
  const serve = (source: URL): string => {
    const known = paths.get(source.href)
    if (known) return known
    const name = `modules/${fileURLToPath(source).slice(fileURLToPath(ROOT).length)}`.replace(/\.ts$/, '.js')
    paths.set(source.href, `/lab/${name}`)
    const code = withoutTypes(readFileSync(source, 'utf8')).replace(IMPORTED, (whole, before: string, from: string) => {
      const standIn = instead[from]
      if (!standIn && !from.startsWith('.')) return whole
      return `${before}'${serve(standIn ? inE2e(standIn) : new URL(`${from}.ts`, source))}'`
    })
    return lab.script(name, code)
  }
  return serve(inE2e(file))
}

const inE2e = (file: string) => new URL(`e2e/${file}`, ROOT)

function withoutTypes(source: string): string {
  const compilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  }
  return ts.transpileModule(source, { compilerOptions }).outputText
}
