import { parseAst } from 'vite'
import { type AstNode, type Rewritten, rewriteAwaits } from '../../src/integrations/rewriteAwaits'

/** The real file, imported by the engine itself: it shares nothing with the modules under test but the page's `Promise`. */
const HELPER = new URL('../../src/integrations/follow.mjs', import.meta.url).href

const parse = (code: string) => parseAst(code, { lang: 'js', sourceType: 'module' }) as unknown as AstNode

export function rewrite(code: string, helper = HELPER): Rewritten | null {
  return rewriteAwaits(code, parse(code), helper, 'module.js')
}

type Exports = Record<string, (...args: unknown[]) => unknown>

/** What the module exports, evaluated by the engine as it is. */
export function evaluate(code: string): Promise<Exports> {
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`) as Promise<Exports>
}

/** What the module exports, evaluated after the rewriting. */
export function evaluateRewritten(code: string): Promise<Exports> {
  const rewritten = rewrite(code)
  if (!rewritten) throw new Error(`nothing was rewritten in:\n${code}`)
  return evaluate(rewritten.code)
}

/** The syntax tree as text, without positions, and without the import and the calls that the rewriting adds. */
export function shapeOf(code: string, helper: string): string {
  return JSON.stringify(parse(code), (key, value) => {
    if (key === 'start' || key === 'end') return undefined
    if (typeof value === 'bigint') return `${value}n`
    if (key === 'body' && Array.isArray(value)) return value.filter((node) => node.source?.value !== helper)
    const isOurs = value?.type === 'CallExpression' && value.callee.name?.startsWith('__follow')
    return isOurs ? JSON.parse(JSON.stringify(value.arguments[0], bigintAsText)) : value
  })
}

const bigintAsText = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)
