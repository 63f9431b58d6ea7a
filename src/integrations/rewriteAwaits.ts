import MagicString from 'magic-string'

/** A node of the syntax tree (ESTree) that bundlers give: of most we only want to know what is inside. */
export interface AstNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** A source map as bundlers take it. */
interface RewriteMap {
  version: number
  sources: string[]
  sourcesContent: string[]
  names: string[]
  mappings: string
}

export interface Rewritten {
  code: string
  map: RewriteMap
}

type Helper = 'follow' | 'followEach'

/** An awaited expression, and what makes a promise of it. */
export interface Operand {
  readonly node: AstNode
  readonly helper: Helper
}

/**
 * Puts every awaited operand of a module into a call of `follow` or `followEach`, imported from `helperModule`. Nothing is moved
 * and no line is added, so an expression is evaluated when, where and with the `this` that it had.
 *
 * @returns `null` when there is nothing to rewrite, or no import may be added
 */
export function rewriteAwaits(code: string, program: AstNode, helperModule: string, file: string): Rewritten | null {
  const { operands, isCommonJs } = readAwaits(program)
  if (operands.length === 0 || isCommonJs) return null // an import would make a module of it, with other rules
  return rewriteOperands(code, program, operands, helperModule, file)
}

/** The same for what {@link readAwaits} has found, in a module that may get an import. */
export function rewriteOperands(
  code: string,
  program: AstNode,
  operands: readonly Operand[],
  helperModule: string,
  file: string,
): Rewritten {
  const names = { follow: freeName(code, '__follow'), followEach: freeName(code, '__followEach') }
  const text = new MagicString(code)
  for (const { node, helper } of operands) {
    const isSequence = node.type === 'SequenceExpression' // `await (a, b)`: one argument, not two
    const isGlued = /[\w$]/.test(code[node.start - 1] ?? '') // `await[x]`
    text.appendLeft(node.start, `${isGlued ? ' ' : ''}${names[helper]}(${isSequence ? '(' : ''}`)
    text.prependRight(node.end, isSequence ? '))' : ')')
  }
  const used = new Set(operands.map(({ helper }) => helper))
  const specifiers = [...used].map((helper) => `${helper} as ${names[helper]}`).join(', ')
  addImport(text, program, `import { ${specifiers} } from ${JSON.stringify(helperModule)};`)
  const map = text.generateMap({ source: file, includeContent: true, hires: 'boundary' })
  return { code: text.toString(), map: { ...map, sourcesContent: [code] } }
}

interface Visit {
  readonly node: AstNode
  readonly isInAsyncGenerator: boolean
}

/** What the module awaits: after `await`, in `for await`, and in an async generator after `yield` and `return` too. */
export function readAwaits(program: AstNode): { operands: Operand[]; isCommonJs: boolean } {
  const operands: Operand[] = []
  const add = (node: unknown, helper: Helper) => {
    if (isNode(node) && !isSurelyPromise(node)) operands.push({ node, helper })
  }
  let namesCommonJs = false
  const open: Visit[] = [{ node: program, isInAsyncGenerator: false }] // a list: generated code nests deeper than the stack
  for (let visit = open.pop(); visit; visit = open.pop()) {
    const { node } = visit
    if (node.type === 'AwaitExpression') add(node['argument'], 'follow')
    if (node.type === 'ForOfStatement' && node['await']) add(node['right'], 'followEach')
    if (visit.isInAsyncGenerator) {
      if (node.type === 'YieldExpression') add(node['argument'], node['delegate'] ? 'followEach' : 'follow')
      if (node.type === 'ReturnStatement') add(node['argument'], 'follow')
    }
    if ((node.type === 'Identifier' && COMMON_JS.has(node['name'])) || isCommonJsSyntax(node)) namesCommonJs = true
    const isInAsyncGenerator = isFunction(node) ? Boolean(node['async'] && node['generator']) : visit.isInAsyncGenerator
    for (const child of children(node)) open.push({ node: child, isInAsyncGenerator })
  }
  return { operands, isCommonJs: namesCommonJs && !isModule(program) }
}

const COMMON_JS: ReadonlySet<unknown> = new Set(['require', 'module', 'exports'])

/** Whether it imports or exports: what does neither may be anything. */
export const isModule = (program: AstNode): boolean => statements(program).some(isModuleSyntax)

const isModuleSyntax = ({ type }: AstNode) => type.startsWith('Import') || type.startsWith('Export')

/** TypeScript's own words for CommonJS: `import a = require…` and `export = a`. */
const isCommonJsSyntax = ({ type }: AstNode) => type === 'TSExternalModuleReference' || type === 'TSExportAssignment'

const statements = (program: AstNode) => program['body'] as readonly AstNode[]

const isFunction = ({ type }: AstNode) =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression'

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function* children(node: AstNode): Generator<AstNode> {
  for (const value of Object.values(node)) {
    if (isNode(value)) yield value
    else if (Array.isArray(value)) yield* value.filter(isNode)
  }
}

/** What gives a native promise whatever the page did: `import()` and an async function called on the spot. Not `new Promise`. */
function isSurelyPromise(node: AstNode): boolean {
  if (node.type === 'ImportExpression') return true
  const callee = node.type === 'CallExpression' ? node['callee'] : null
  return isNode(callee) && isFunction(callee) && callee['async'] === true && callee['generator'] !== true
}

/** Before all other imports, since cyclic ones may call our module's functions early; behind `#!…` and 'use client'. */
function addImport(text: MagicString, program: AstNode, statement: string): void {
  const directive = statements(program).findLast((node) => Boolean(node['directive']))
  if (directive) text.appendLeft(directive.end, `;${statement}`)
  else {
    const [hashbang] = /^#!.*(?:\r\n?|\n)?/.exec(text.original) ?? ['']
    text.appendLeft(hashbang.length, statement)
  }
}

function freeName(code: string, name: string): string {
  let free = name
  while (code.includes(free)) free += '_'
  return free
}
