import { bare } from './bare'
import { isRecord } from './isRecord'
import { askSecondPart, withSecondPart } from './loadSecondPart'
import { readField } from './readField'
import { guard, ignored, report } from './report'

export type Check = (value: unknown) => boolean
/** What an option must be: the check, its words, and for an object what stands in it. */
export type Rule = readonly [check: Check, words: string, inside?: Rules | undefined]
export interface Rules {
  readonly [name: string]: Rule
}

export const isString: Check = (value) => typeof value === 'string' && value.trim() !== ''
const isBoolean: Check = (value) => typeof value === 'boolean'
export const isFunction: Check = (value) => typeof value === 'function'
export const isNumber: Check = (value) => typeof value === 'number' && value >= 0
const isPositive: Check = (value) => isNumber(value) && value !== 0
const never: Check = () => false
const isPattern: Check = (value) => isString(value) || {}.toString.call(value) === '[object RegExp]' // of any realm

export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

/** Its words, as all sentences, may stand in the second part. */
export function ruleOf(check: Check, words: string, inside?: Rules): Rule {
  return [check, words, inside]
}

export const STRING = ruleOf(isString, 'a string that is not empty')
export const OBJECT = ruleOf(isRecord, 'an object of names and values')
export const MILLISECONDS = ruleOf(isPositive, 'milliseconds, above 0')
export const DELAY = ruleOf(isNumber, 'milliseconds, 0 or above')
export const COUNT = ruleOf((value) => Number.isInteger(value) && isPositive(value), 'a whole number above 0')
export const RATE = ruleOf(isPositive, 'a number above 0')
export const LIMIT = ruleOf(isNumber, 'a number, 0 or above')
export const HOOK = ruleOf(isFunction, 'a function')
export const BOOLEAN = ruleOf(isBoolean, 'true or false')
export const PATTERNS = ruleOf(listOf(isPattern), 'a list of URLs or RegExps')
export const NAMES = ruleOf(listOf(isString), 'a list of names')

/** One of the words in this list, which stand between blanks. */
export const wordOf = (words: string): Rule =>
  ruleOf((value) => isString(value) && words.split(' ').includes(value as string), `one of ${words}`)

/** An object of options, and nothing else. */
export const allOf = (inside: Rules): Rule => ruleOf(never, 'an object', inside)
/** `true` and `false`, or an object of options. */
export const switchOf = (inside: Rules): Rule => ruleOf(isBoolean, 'true, false or an object', inside)

/**
 * What is right in `given`; what is wrong or unknown is told with its place, and left out. Never throws.
 *
 * @param where - stands before every name in the sentences, such as `batch.`
 */
export function readOptions(where: string, given: unknown, rules: Rules): Record<string, unknown> {
  const good: Record<string, unknown> = bare({})
  guard('reading options', () => {
    if (isRecord(given)) readEach(where, given as object, rules, good)
    else if (given !== undefined) ignored('options', 'an object')
  })
  return good
}

function readEach(where: string, given: object, rules: Rules, good: Record<string, unknown>): void {
  const known = Object.keys(rules)
  const unknown = Object.keys(given).filter((name) => !known.includes(name))
  if (unknown.length > 0) askSecondPart(({ tellUnknown }) => tellUnknown(where, unknown, rules))
  for (const name of known) {
    const [check, words, inside] = rules[name] as Rule
    guard(`reading option \`${where}${name}\``, () => {
      const value = readField(given, name)
      if (value === undefined) return
      if (inside && isRecord(value)) good[name] = readOptions(`${where}${name}.`, value, inside)
      else if (check(value)) {
        good[name] = check === isRecord ? { ...(value as object) } : value
      } else report(`option \`${where}${name}\` must be ${words}; anything else is ignored.`, value)
    })
  }
  withSecondPart(({ tellOptions }) => tellOptions(good))
}
