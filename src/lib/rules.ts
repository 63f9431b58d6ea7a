import { bare } from './bare'
import { readField } from './readField'
import { guard, ignored, report } from './report'

export type Check = (value: unknown) => boolean
/** What an option must be: the check, its words, and for an object what stands in it. */
export type Rule = readonly [check: Check, words: string, inside?: Rules]
export interface Rules {
  readonly [name: string]: Rule
}

export const isString: Check = (value) => typeof value === 'string' && value.trim() !== ''
const isBoolean: Check = (value) => typeof value === 'boolean'
export const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
export const isFunction: Check = (value) => typeof value === 'function'
export const isNumber: Check = (value) => typeof value === 'number' && value >= 0
const isPositive: Check = (value) => isNumber(value) && value !== 0
const never: Check = () => false
const isPattern: Check = (value) => isString(value) || value instanceof RegExp

export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

export const STRING: Rule = [isString, 'a string that is not empty']
export const OBJECT: Rule = [isObject, 'an object']
export const MILLISECONDS: Rule = [isPositive, 'milliseconds, above 0']
export const DELAY: Rule = [isNumber, 'milliseconds, 0 or above']
export const COUNT: Rule = [(value) => Number.isInteger(value) && isPositive(value), 'a whole number above 0']
export const RATE: Rule = [isPositive, 'a number above 0']
export const LIMIT: Rule = [isNumber, 'a number, 0 or above']
export const HOOK: Rule = [isFunction, 'a function']
export const BOOLEAN: Rule = [isBoolean, 'true or false']
export const PATTERNS: Rule = [listOf(isPattern), 'a list of URLs or RegExps']
export const NAMES: Rule = [listOf(isString), 'a list of names']

/** One of the words that stand in quotation marks in the sentence. */
export const wordOf = (words: string): Rule => [
  (value) => isString(value) && /^[\w-]+$/.test(value as string) && words.includes(`'${value}'`),
  words,
]

/** An object of options, and nothing else. */
export const allOf = (inside: Rules): Rule => [never, 'an object', inside]
/** `true` and `false`, or an object of options. */
export const switchOf = (inside: Rules): Rule => [isBoolean, 'true, false or an object', inside]

/**
 * What is right in `given`; what is wrong or unknown is told with its place, and left out. Never throws.
 *
 * @param where - stands before every name in the sentences, such as `batch.`
 */
export function readOptions(where: string, given: unknown, rules: Rules): Record<string, unknown> {
  const good: Record<string, unknown> = bare({})
  guard('reading options', () => {
    if (isObject(given)) readEach(where, given as object, rules, good)
    else if (given !== undefined) ignored('options', 'an object')
  })
  return good
}

function readEach(where: string, given: object, rules: Rules, good: Record<string, unknown>): void {
  const known = Object.keys(rules)
  for (const name of Object.keys(given))
    if (!known.includes(name)) {
      const letters = name.toLowerCase().replace(/[^a-z]/g, '')
      const meant = known.filter((one) => isNear(letters, one.toLowerCase()))
      report(`there is no option \`${where}${name}\`; known are ${(meant.length > 0 ? meant : known).join(', ')}.`)
    }
  for (const name of known) {
    const [check, words, inside] = rules[name] as Rule
    guard(`reading option \`${where}${name}\``, () => {
      const value = readField(given, name)
      if (value === undefined) return
      if (inside && isObject(value)) good[name] = readOptions(`${where}${name}.`, value, inside)
      else if (check(value)) {
        good[name] = check === isObject ? { ...(value as object) } : value
        if (rules[name] === PATTERNS) for (const pattern of value as unknown[]) checkPattern(name, pattern)
      } else report(`option \`${where}${name}\` must be ${words}; anything else is ignored.`, value)
    })
  }
}

/** Begins the same, or has the same letters but for one, in whatever order. */
function isNear(given: string, known: string): boolean {
  if (known.startsWith(given.slice(0, 4))) return true
  return (
    given.length < known.length + 2 && [...given].reduce((rest, letter) => rest.replace(letter, ''), known).length < 2
  )
}

/** Tells of a text that is compared with the beginning of addresses and is that of none. */
function checkPattern(name: string, pattern: unknown): void {
  if (typeof pattern === 'string' && !/^(https?:\/)?\/[^*]*$/i.test(pattern))
    report(`\`${name}\`: '${pattern}' matches nothing; addresses begin with https:// or /, the rest is for RegExps.`)
}
