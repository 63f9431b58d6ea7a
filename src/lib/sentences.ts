/** The sentences of the first part, each with `{}` for what stands in it. `.ci/laterSentences.mjs` fills it in the file for a script tag. */
declare const __SENTENCES__: readonly string[]

/**
 * The text of a sentence: itself, or the number that the build has put in its place, with what stands in it: `[7, 'retries']`. What
 * stands in it may be such a sentence too.
 */
export function textOf(sentence: unknown): string {
  if (!Array.isArray(sentence)) return String(sentence)
  const [number, ...values] = sentence
  return __SENTENCES__[number]!.replaceAll('{}', () => textOf(values.shift()))
}
