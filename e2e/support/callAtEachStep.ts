import { parse } from '@babel/parser'

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
  const inserted: [at: number, text: string][] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (!isNode(value)) return
    const { type, body } = value
    if (isNode(body) && (/Function|Method/.test(type) || /^(For|While|DoWhile)/.test(type))) {
      const isExpression = type === 'ArrowFunctionExpression' && body.type !== 'BlockStatement'
      if (body.type === 'BlockStatement') inserted.push([body.start + 1, `${name}();`])
      else
        inserted.push([body.start, isExpression ? `(${name}(),` : `{${name}();`], [body.end, isExpression ? ')' : '}'])
    }
    for (const [key, child] of Object.entries(value)) if (key !== 'loc') visit(child)
  }
  visit(parse(code, { sourceType: 'module', attachComment: false, createParenthesizedExpressions: true }).program)
  inserted.sort((a, b) => a[0] - b[0])
  let at = 0
  let text = ''
  for (const [to, insert] of inserted) {
    text += code.slice(at, to) + insert
    at = to
  }
  return text + code.slice(at)
}
