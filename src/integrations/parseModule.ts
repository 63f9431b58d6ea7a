import { type ParserOptions, type ParserPlugin, parse } from '@babel/parser'
import type { AstNode } from './rewriteAwaits'

/** What a module's text is written in. */
export type Language = 'js' | 'jsx' | 'ts' | 'tsx'

const SYNTAX: Record<Language, readonly ParserPlugin[]> = {
  js: ['jsx'], // many bundlers are told that .js may hold JSX, and without any it changes nothing
  jsx: ['jsx'],
  ts: ['typescript'],
  tsx: ['typescript', 'jsx'],
}

const PROPOSALS: readonly ParserPlugin[] = [
  'decoratorAutoAccessors',
  'deferredImportEvaluation',
  'explicitResourceManagement',
  'sourcePhaseImports',
]

/** The two kinds of decorators exclude each other: the standard's, and TypeScript's older ones, which parameters may have too. */
const DECORATORS: readonly ParserPlugin[] = ['decorators', 'decorators-legacy']

/**
 * The ESTree of a module, for bundlers that have no parser to lend. A text that holds for a CommonJS module only is read as well,
 * so that it can be named. `null` when it is nothing of the kind.
 */
export function parseModule(code: string, language: Language): AstNode | null {
  for (const decorators of DECORATORS) {
    const program = tryToParse(code, {
      plugins: ['estree', ...SYNTAX[language], ...PROPOSALS, decorators],
      sourceType: 'module',
      createImportExpressions: true,
      allowReturnOutsideFunction: true, // CommonJS
      attachComment: false,
    })
    if (program) return program
  }
  return null
}

function tryToParse(code: string, options: ParserOptions): AstNode | null {
  try {
    return parse(code, options).program as unknown as AstNode
  } catch {
    return null
  }
}

/** By the end of the path, before any query. */
export function languageOf(path: string): Language {
  const [, first] = /\.[cm]?([jt]sx?)$/.exec(path.replace(/[?#].*$/, '')) ?? []
  return (first as Language | undefined) ?? 'js'
}
