// @ts-check
// The letters of short names, for terser, which takes all 54 that a name can begin with: names of twenty are longer, and the file
// nevertheless smaller, because gzip needs fewer bits for a letter the more often it comes.
const LETTERS = 'tenriosaluchfdpybgmw' // the most frequent ones of the file, so that keywords and names share them

/**
 * t, e, … w, tt, et, …
 * @param {number} index
 * @returns {string}
 */
function get(index) {
  const letter = LETTERS[index % LETTERS.length] ?? ''
  const rest = Math.floor(index / LETTERS.length)
  return rest === 0 ? letter : letter + get(rest - 1)
}

export const fewLetters = { get }
