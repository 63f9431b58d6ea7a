import { readFileSync } from 'node:fs'
import ts from 'typescript'
import type { Lab } from './startLab'

/** Serves a TypeScript file of e2e/ as it is written, types removed and nothing lowered: native `await` stays native. */
export function serveModule(lab: Lab, file: string): string {
  const source = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  })
  return lab.script(file.replace(/\.ts$/, '.js'), outputText)
}
