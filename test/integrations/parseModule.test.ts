// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { type Language, languageOf, parseModule } from '../../src/integrations/parseModule'
import { readAwaits } from '../../src/integrations/rewriteAwaits'

const awaits = (code: string, language: Language = 'js') => {
  const program = parseModule(code, language)
  return program && readAwaits(program)
}

describe('what is read', () => {
  it.each<[string, Language, string]>([
    ['JSX in a file named .js', 'js', 'export const a = async () => <b>{await c}</b>'],
    ['JSX with types', 'tsx', 'export const a = async <T,>(c: T) => <b>{await (c as never)}</b>'],
    ['an old cast of TypeScript', 'ts', 'export const a = async () => await (<never>b)'],
    ['an enum and satisfies', 'ts', 'enum A { B }; export const a = async () => (await A.B) satisfies A'],
    ['a decorator before export', 'ts', '@a export class A { @b async c() { await d } }'],
    ['a decorator after export', 'js', 'export @a class A { @b async c() { await d } }'],
    [
      'a decorator of a parameter',
      'ts',
      'export class A { constructor(@a private b: B) {} async c() { await this.b } }',
    ],
    ['an accessor', 'js', 'export class A { @a accessor b = async () => await c }'],
    ['using', 'js', 'export async function a() { await using b = c; await d }'],
    ['a deferred import', 'js', "import defer * as a from 'a'; export const b = async () => await a.c"],
    ['an import with attributes', 'js', "import a from './a.json' with { type: 'json' }; await a"],
    ['a top-level await', 'js', 'export const a = await b'],
  ])('%s', (_, language, code) => {
    expect(awaits(code, language)).toMatchObject({ operands: [{ helper: 'follow' }], isCommonJs: false })
  })

  it('takes import() for the promise that it is', () => {
    expect(awaits("await import('a'); export {}")?.operands).toEqual([])
  })

  it.each([
    ['exports', 'exports.a = async () => { await b }'],
    ['return at the top', "if (a) return; const b = require('b'); (async () => { await b })()"],
  ])('knows CommonJS by %s', (_, code) => {
    expect(awaits(code)).toMatchObject({ operands: [{}], isCommonJs: true })
  })

  it.each([
    ['import = require()', "import a = require('a'); (async () => { await a })()"],
    ['export =', 'const a = async () => await b; export = a'],
  ])('knows CommonJS of TypeScript by %s', (_, code) => {
    expect(awaits(code, 'ts')).toMatchObject({ operands: [{}], isCommonJs: true })
  })

  it('gives nothing for what is no module', () => {
    expect(awaits('await await await')).toBeNull()
    expect(awaits('a { await: b }')).toBeNull()
  })
})

it.each<[string, Language]>([
  ['/a/b.js', 'js'],
  ['/a/b.mjs', 'js'],
  ['/a/b.cts?x', 'ts'],
  ['/a/b.mts', 'ts'],
  ['/a/b.tsx', 'tsx'],
  ['/a/b.jsx', 'jsx'],
  ['/a/b.vue', 'js'],
])('%s is read as %s', (path, language) => {
  expect(languageOf(path)).toBe(language)
})
