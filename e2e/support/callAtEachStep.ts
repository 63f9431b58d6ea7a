import { parse } from '@babel/parser'
import MagicString from 'magic-string'

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly body?: unknown
}

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string'

/**
 * The module with a call of that global function where an engine may end a script: at the beginning of each function and of each pass of a
 * loop.
 */
export function callAtEachStep(code: string, name: string): string {
  const text = new MagicString(code)
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (!isNode(value)) return
    const { type, body } = value
    if (isNode(body) && (/Function|Method/.test(type) || /^(For|While|DoWhile)/.test(type))) {
      const isExpression = type === 'ArrowFunctionExpression' && body.type !== 'BlockStatement'
      if (body.type === 'BlockStatement') text.appendRight(body.start + 1, `${name}();`)
      else {
        text.appendRight(body.start, isExpression ? `(${name}(),` : `{${name}();`)
        text.prependLeft(body.end, isExpression ? ')' : '}')
      }
    }
    for (const [key, child] of Object.entries(value)) if (key !== 'loc') visit(child)
  }
  visit(parse(code, { sourceType: 'module', attachComment: false, createParenthesizedExpressions: true }).program)
  return text.toString()
}
