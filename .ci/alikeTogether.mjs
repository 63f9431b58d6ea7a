// @ts-check
// Puts functions beside others that are like them. A function's place in a module means nothing, since all are there before the first
// line runs; but gzip refers to what came before, in fewer bits the nearer it is, and forgets what is further than 32 KB away.
import { gzipSync } from 'node:zlib'
import { parse } from '@babel/parser'
import MagicString from 'magic-string'

const PIECE = 8 // characters; functions are the more alike the more pieces of this length they share
const TRIED = 2 // neighbours for each function: more of them make the build longer and the file hardly smaller

/** @typedef {{ start: number, end: number, text: string, isFunction: boolean, needsSemicolon: boolean, pieces: Set<string> }} Statement */

/**
 * @param {string} code minified
 * @returns {MagicString}
 */
export function alikeTogether(code) {
  const statements = statementsOf(code).map(({ type, start, end }) => {
    const at = { start: start ?? 0, end: end ?? 0 }
    const text = code.slice(at.start, at.end)
    const needsSemicolon = /^(?:Return|Throw|Expression|VariableD)/.test(type)
    return { ...at, text, isFunction: type === 'FunctionDeclaration', needsSemicolon, pieces: piecesOf(text) }
  })
  const behind = statements.at(-1)?.end ?? 0
  const order = ordered(statements)
  const moved = new MagicString(`${code.slice(0, behind)}\n${code.slice(behind)}`) // nothing can be moved to its own end
  for (const { start, end, text, needsSemicolon } of order) {
    if (needsSemicolon && !text.endsWith(';')) moved.appendLeft(end, ';') // the last one of a function had none
    moved.move(start, end, behind + 1)
  }
  moved.remove(behind, behind + 1)
  return moved
}

/**
 * Of the module, or of the one function that is all of it.
 * @param {string} code
 */
function statementsOf(code) {
  const { body } = parse(code, { sourceType: 'module' }).program
  const [only] = body
  const whole = only?.type === 'ExportDefaultDeclaration' && body.length === 1 ? only.declaration : null
  return whole?.type === 'ArrowFunctionExpression' && whole.body.type === 'BlockStatement' ? whole.body.body : body
}

/**
 * One after the other, each function goes where the whole becomes smallest: before or after one of those most like it, or stays.
 * @param {readonly Statement[]} statements
 */
function ordered(statements) {
  const likeness = likenessOf(statements)
  let best = [...statements]
  let bestSize = sizeOf(best)
  for (const one of statements.filter(({ isFunction }) => isFunction)) {
    const others = best.filter((other) => other !== one)
    const likenesses = new Map(others.map((other) => [other, likeness(one, other)]))
    const alike = others.toSorted((a, b) => (likenesses.get(b) ?? 0) - (likenesses.get(a) ?? 0))
    for (const neighbour of alike.slice(0, TRIED)) {
      const index = others.indexOf(neighbour)
      for (const at of [index, index + 1]) {
        const order = others.toSpliced(at, 0, one)
        const size = sizeOf(order)
        if (size < bestSize) [best, bestSize] = [order, size]
      }
    }
  }
  return best
}

/** @param {readonly Statement[]} statements */
const sizeOf = (statements) => gzipSync(statements.map(({ text }) => text).join(''), { level: 9 }).length

/** @param {string} text */
const piecesOf = (text) => new Set(Array.from(text, (_, at) => text.slice(at, at + PIECE)))

/**
 * How alike two are: a piece that both have counts the more the fewer others have it.
 * @param {readonly Statement[]} statements
 */
function likenessOf(statements) {
  /** @type {Map<string, number>} */
  const owners = new Map()
  for (const { pieces } of statements) for (const piece of pieces) owners.set(piece, (owners.get(piece) ?? 0) + 1)
  return (/** @type {Statement} */ one, /** @type {Statement} */ other) => {
    let sum = 0
    for (const piece of one.pieces) if (other.pieces.has(piece)) sum += 1 / ((owners.get(piece) ?? 0) - 1)
    return sum / Math.sqrt(other.pieces.size)
  }
}
