// @ts-check
// Takes the sentences for people out of the first part of the script-tag files: a page that is told nothing need not load them.
//
//   report(`header \`${name}\` is not allowed`)    →    report([7, name])
//
// and 'header `{}` is not allowed' is number 7 of `__SENTENCES__` in the second part: src/lib/sentences.ts puts them together again.

/** @typedef {import('@babel/types').Node} Node */

/** Which arguments of which functions are sentences. */
const TELLING = new Map([
  ['report', [0]],
  ['guard', [0]],
  ['ignored', [0, 1]],
  ['ruleOf', [1]],
])
const LEAST = 8 // characters; a number is not shorter than less
const GAP = '{}'

/**
 * @param {Node} program of the first part
 * @param {import('magic-string').default} code of it, in which they are replaced
 * @returns {string[]} what they were
 */
export function takeSentences(program, code) {
  /** @type {string[]} */
  const sentences = []
  /** @param {Node | undefined} node */
  const take = (node) => {
    if (node?.type === 'ConditionalExpression') [node.consequent, node.alternate].forEach(take)
    const quasis = node?.type === 'TemplateLiteral' ? node.quasis.map(({ value }) => value.cooked ?? '') : []
    const text = node?.type === 'StringLiteral' ? node.value : quasis.join(GAP)
    if (!node || text.length < LEAST) return
    const values = node.type === 'TemplateLiteral' ? node.expressions : []
    if (text.split(GAP).length - 1 !== values.length) throw new Error(`a sentence has a gap of its own: ${text}`)
    const number = sentences.includes(text) ? sentences.indexOf(text) : sentences.push(text) - 1
    const parts = [number, ...values.map(({ start, end }) => code.original.slice(start ?? 0, end ?? 0))]
    code.overwrite(node.start ?? 0, node.end ?? 0, `[${parts.join(', ')}]`)
  }
  visit(program, (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return
    for (const index of TELLING.get(node.callee.name) ?? []) take(node.arguments[index])
  })
  if (sentences.length < 50) throw new Error(`only ${sentences.length} sentences were found in the first part`)
  return sentences
}

/**
 * @param {unknown} node
 * @param {(node: Node) => void} see
 */
function visit(node, see) {
  if (Array.isArray(node)) for (const one of node) visit(one, see)
  else if (typeof node === 'object' && node !== null && 'type' in node) {
    see(/** @type {Node} */ (node))
    for (const [key, inside] of Object.entries(node)) if (!/comments$/i.test(key)) visit(inside, see)
  }
}
