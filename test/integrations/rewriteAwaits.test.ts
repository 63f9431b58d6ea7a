// @vitest-environment node
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { describe, expect, it } from 'vitest'
import { rewrite, shapeOf } from './modules'

const IMPORTS = /import \{[^}]*\} from "H";/

/** The rewritten code without its import. */
const rewritten = (code: string) => rewrite(code, 'H')?.code.replace(IMPORTS, '') ?? null

describe('what is rewritten', () => {
  it.each([
    ['a name', 'await x', 'await __follow(x)'],
    ['a literal', 'await 42', 'await __follow(42)'],
    ['a member call', 'await a.b?.[c](d)', 'await __follow(a.b?.[c](d))'],
    ['a unary expression', 'await -x', 'await __follow(-x)'],
    ['only the operand', '(await a) + 1, await b === c', '(await __follow(a)) + 1, await __follow(b) === c'],
    ['an operand in parentheses', 'await (a ?? b())', 'await (__follow(a ?? b()))'],
    ['a sequence, as one argument', 'await (a, b)', 'await (__follow((a, b)))'],
    ['an operand glued to its keyword', 'await[x]', 'await __follow([x])'],
    ['an operand behind a comment', 'await/* why */x', 'await/* why */__follow(x)'],
    ['an operand on the next line', 'await\n  x', 'await\n  __follow(x)'],
    ['an operand before a comment', 'await x // why', 'await __follow(x) // why'],
    ['an await in an await', 'await (await x)', 'await (__follow(await __follow(x)))'],
    ['new Promise, which the page may have replaced', 'await new Promise(f)', 'await __follow(new Promise(f))'],
    ['an object', 'await { then }', 'await __follow({ then })'],
    ['a template', 'x = `a $' + '{await b} c`', 'x = `a $' + '{await __follow(b)} c`'],
    ['an arrow body', 'f = async () => await x', 'f = async () => await __follow(x)'],
    [
      'an arrow body that is an object',
      'f = async () => ({ a: await x })',
      'f = async () => ({ a: await __follow(x) })',
    ],
    [
      'default parameters of an inner arrow',
      'f = (a = async (b) => await b) => a',
      'f = (a = async (b) => await __follow(b)) => a',
    ],
    [
      'class fields, static blocks and methods',
      'class A { f = async () => await x; static g = async () => { await y }; async #h() { await z } }',
      'class A { f = async () => await __follow(x); static g = async () => { await __follow(y) }; async #h() { await __follow(z) } }',
    ],
    [
      'a super call',
      'class A extends B { async f() { return await super.f() } }',
      'class A extends B { async f() { return await __follow(super.f()) } }',
    ],
    ['a computed key', 'class A { [await key]() {} }', 'class A { [await __follow(key)]() {} }'],
    ['destructuring defaults', 'const { a = await b } = c', 'const { a = await __follow(b) } = c'],
    ['a top-level await in a declaration', 'export const a = await b', 'export const a = await __follow(b)'],
    ['for await', 'for await (const a of b) c', 'for await (const a of __followEach(b)) c'],
    ['for await, glued', 'for await(const a of[b])c', 'for await(const a of __followEach([b]))c'],
    [
      'for await over an awaited thing',
      'for await (const a of await b) c',
      'for await (const a of __followEach(await __follow(b))) c',
    ],
    [
      'yield, yield* and return of an async generator',
      'async function* f() { yield a; yield* b; yield; return c }',
      'async function* f() { yield __follow(a); yield* __followEach(b); yield; return __follow(c) }',
    ],
    [
      'a sequence behind return',
      'async function* f() { return a, b }',
      'async function* f() { return __follow((a, b)) }',
    ],
    [
      'an async generator method',
      'x = { async *f() { return[await a] } }',
      'x = { async *f() { return __follow([await __follow(a)]) } }',
    ],
    ['text beyond the basic plane', "x = '🧭é'; await y", "x = '🧭é'; await __follow(y)"],
  ])('%s', (_, code, expected) => {
    expect(rewritten(code)).toBe(expected)
  })
})

describe('what is left as it is', () => {
  it.each([
    ['import()', 'await import(x)'],
    ['an async function called on the spot', '(await (async () => 1)(), await (async function () {})())'.slice(1, -1)],
    ['yield and return of a generator', 'function* f() { yield a; return b }; async function g() { return c }'],
    ['a return in a function inside an async generator', 'async function* f() { g(() => { return a }) }'],
    ['for … of', 'async function f() { for (const a of b) c }'],
    ['the word in a text, a comment, a name and a key', "x = 'await y' // await z\nawaits = { await: 1 }"],
    ['CommonJS', 'module.exports = async () => { await x }'],
    ['CommonJS that only requires', "const a = require('a'); (async () => { await a })()"],
  ])('%s', (_, code) => {
    expect(rewrite(code)).toBeNull()
  })

  it('a script without imports and exports is rewritten when it uses nothing of CommonJS', () => {
    expect(rewritten('await x // not module.exports')).toBe('await __follow(x) // not module.exports')
  })
})

describe('the import', () => {
  const STATEMENT = 'import { follow as __follow } from "H";'
  it.each([
    ['comes before everything', 'import a from "a"; await a', `${STATEMENT}import a from "a"; await __follow(a)`],
    ['leaves directives first', "'use client'\nawait a", `'use client';${STATEMENT}\nawait __follow(a)`],
    [
      'comes behind the last of the directives',
      "'use strict'; 'use client'; await a",
      `'use strict'; 'use client';;${STATEMENT} await __follow(a)`,
    ],
    [
      'leaves #! in the first line',
      '#!/usr/bin/env node\nawait a',
      `#!/usr/bin/env node\n${STATEMENT}await __follow(a)`,
    ],
  ])('%s', (_, code, expected) => {
    expect(rewrite(code, 'H')?.code).toBe(expected)
  })

  it('names only what is used', () => {
    expect(rewrite('for await (const a of b) c', 'H')?.code).toMatch(
      /^import \{ followEach as __followEach \} from "H";for/,
    )
    expect(rewrite('for await (const a of await b) c', 'H')?.code).toMatch(/^import \{ \w+ as \w+, \w+ as \w+ \} from/)
  })

  it('avoids names that the module has', () => {
    expect(rewritten('const __follow = 1, __follow_ = 2; await x')).toMatch(/await __follow__\(x\)$/)
  })
})

describe('the source map', () => {
  const code = [
    "import { load } from './load'",
    '',
    'export async function show(id) {',
    '  const user = await load(id), rest = await (user, id)',
    '  return user',
    '}',
  ].join('\n')
  const result = rewrite(code)!
  const map = new SourceMap({ file: '', sourceRoot: '', ...result.map })
  const lines = result.code.split('\n')

  it.each(['load(id)', 'rest =', 'user, id', 'return', '}', 'export'])('leads from `%s` back to it', (piece) => {
    const line = lines.findIndex((text) => text.includes(piece) && (piece !== '}' || text === piece))
    const { originalLine, originalColumn, originalSource } = map.findEntry(line, lines[line]!.indexOf(piece)) as {
      originalLine: number
      originalColumn: number
      originalSource: string
    }
    expect(originalSource).toBe('module.js')
    expect(code.split('\n')[originalLine]!.slice(originalColumn)).toMatch(
      new RegExp(`^${piece.replace(/[()]/g, '\\$&')}`),
    )
  })

  it('has the original text inside, and no line is added', () => {
    expect(result.map.sourcesContent).toEqual([code])
    expect(lines).toHaveLength(code.split('\n').length)
  })
})

// Real code of others, as it lies in node_modules.
describe('in a published module nothing else is changed', () => {
  const nodeModules = new URL('../../node_modules/', import.meta.url)
  it.each([
    ['vite/dist/client/client.mjs', 40],
    ['vite/dist/node/cli.js', 18],
    ['knip/dist/WorkspaceWorker.js', 11],
    ['tinybench/dist/index.js', 23],
    ['tinyexec/dist/main.mjs', 7],
    ['@vitejs/plugin-vue/dist/index.mjs', 14],
  ])('%s', (name, atLeast) => {
    const code = readFileSync(new URL(name, nodeModules), 'utf8')
    const result = rewrite(code, 'H')!
    expect(result.code.match(/\b__follow(?:Each)?\(/g)?.length).toBeGreaterThanOrEqual(atLeast)
    expect(shapeOf(result.code, 'H') === shapeOf(code, 'H')).toBe(true) // not toEqual: the difference would be megabytes
  })

  it.each([
    'vue/dist/vue.esm-browser.js',
    'react-dom/cjs/react-dom-client.production.js',
    'rxjs/dist/cjs/internal/firstValueFrom.js',
    'selenium-webdriver/lib/webdriver.js',
  ])('%s, which awaits nothing or is CommonJS, is left', (name) => {
    expect(rewrite(readFileSync(new URL(name, nodeModules), 'utf8'), 'H')).toBeNull()
  })
})
