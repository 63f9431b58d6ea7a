import { report } from './report'

// What can be told of options, by the second part.

/** Tells of names that are no options, with those that may have been meant. */
export function tellUnknown(where: string, unknown: readonly string[], known: readonly string[]): void {
  for (const name of unknown) {
    const letters = name.toLowerCase().replace(/[^a-z]/g, '')
    const meant = known.filter((one) => isNear(letters, one.toLowerCase()))
    report(`there is no option \`${where}${name}\`; known are ${(meant.length > 0 ? meant : known).join(', ')}.`)
  }
}

/** Begins the same, or has the same letters but for one, in whatever order. */
function isNear(given: string, known: string): boolean {
  if (known.startsWith(given.slice(0, 4))) return true
  return (
    given.length < known.length + 2 && [...given].reduce((rest, letter) => rest.replace(letter, ''), known).length < 2
  )
}

/** Tells of texts that are compared with the beginning of addresses and are that of none. */
export function tellPatterns(name: string, patterns: readonly unknown[]): void {
  for (const pattern of patterns)
    if (typeof pattern === 'string' && !/^(https?:\/)?\/[^*]*$/i.test(pattern))
      report(`\`${name}\`: '${pattern}' matches nothing; addresses begin with https:// or /, the rest is for RegExps.`)
}
