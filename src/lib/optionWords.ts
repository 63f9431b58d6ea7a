import { absoluteUrl, isOwnOrigin, type UrlPattern } from '../instrument/urls'
import type { BatchOptions } from '../process/batch'
import { descriptorOf, hasOwn } from './bare'
import { guard, report } from './report'
import type { Rules } from './rules'
import { kebab, scriptTag } from './scriptTag'
import { textOf } from './sentences'

// What can be told of options, by the second part.

/** Tells of names that are no options, with those that may have been meant, or the place to which they belong. */
export function tellUnknown(where: string, unknown: readonly string[], rules: Rules): void {
  const known = Object.keys(rules)
  const nested = nestedIn(rules)
  for (const name of unknown) {
    const isTag = isAttribute(where + name)
    const letters = lettersOf(name)
    const same = isTag && OF_OTHERS.test(letters) ? [] : nested.filter((place) => isNamed(letters, place))
    const near = known.filter((one) => isNear(letters, one.toLowerCase()))
    const far = nested.filter((place) => isSlip(letters, place)).map((place) => writtenOf(place, isTag))
    const meant = near.length > 0 ? near : far
    if (same.length > 0 && !known.some((one) => one.toLowerCase() === letters)) tellPlace(where, name, same, isTag)
    else if (meant.length > 0 || where !== '' || !isTag)
      report(`there is no option \`${where}${name}\`; known are ${(meant.length > 0 ? meant : known).join(', ')}.`)
  }
}

/** What consent managers and others write on script tags as well. */
const OF_OTHERS = /^(consent|page|load|errors)$/

/** An option inside others: their names and its own. */
interface Place {
  readonly path: readonly string[]
  /** False for a function, and for what is deeper than the names of attributes go. */
  readonly isForTag: boolean
}

function nestedIn(rules: Rules, above: readonly string[] = []): Place[] {
  return Object.entries(rules).flatMap(([name, [, words, inside]]) => {
    const path = [...above, name]
    const isForTag = path.length === 2 && textOf(words) !== 'a function'
    return [...(above.length > 0 ? [{ path, isForTag }] : []), ...(inside ? nestedIn(inside, path) : [])]
  })
}

/** Tells where an option belongs that was given elsewhere: `instrument.fetch`, and its name on the script tag where it has one. */
function tellPlace(where: string, name: string, places: readonly Place[], isTag: boolean): void {
  const groups = places.map(({ path }) => `\`${where}${path.slice(0, -1).join('.')}\``)
  const names = places
    .filter(({ isForTag }) => isForTag && where === '')
    .map((place) => `\`${writtenOf(place, isTag)}\``)
  const onTag = names.length > 0 ? `: ${names.join(' or ')}` : '; it cannot be said on the script tag'
  report(`option \`${where}${name}\` belongs to ${groups.join(' and ')}${isTag ? onTag : '; here it is ignored'}.`)
}

function writtenOf({ path, isForTag }: Place, isTag: boolean): string {
  return isTag && isForTag ? attributeOf(path.join('.')) : path.join('.')
}

const lettersOf = (name: string) => name.toLowerCase().replace(/[^a-z]/g, '')
const attributeOf = (path: string) => `data-${kebab(path).replace(/\./g, '-')}`

/** Has its letters, perhaps with those of what it is in: `xhr-redact-params`. */
function isNamed(letters: string, { path }: Place): boolean {
  return path.some((_, at) => lettersOf(path.slice(at).join('')) === letters)
}

/** Long enough that it is hardly the name of something else. */
function isSlip(letters: string, { path }: Place): boolean {
  const name = path[path.length - 1]!.toLowerCase()
  return name.length > 7 && letters.length > 6 && hasLetters(letters, name)
}

/** Those of consent managers, caches and proxies stand in the script tags of others: `data-cookieconsent`, `data-cfasync`. */
function isAttribute(path: string): boolean {
  return scriptTag()?.hasAttribute(attributeOf(path)) === true
}

/** Begins the same, or has the same letters but for one, in whatever order. */
function isNear(given: string, known: string): boolean {
  return known.startsWith(given.slice(0, 4)) || hasLetters(given, known)
}

function hasLetters(given: string, known: string): boolean {
  return (
    given.length < known.length + 2 && [...given].reduce((rest, letter) => rest.replace(letter, ''), known).length < 2
  )
}

/** Tells of what is right for its option, and can never do what it says. */
export function tellOptions(good: object): void {
  for (const [name, value] of Object.entries(good))
    guard(`reading option \`${name}\``, () => tellOption(name, value, good))
}

function tellOption(name: string, value: unknown, beside: object): void {
  if (name === 'headers') tellHeaders(value)
  else if (/endpoint$/i.test(name)) tellEndpoint(name, value as string)
  else if (/^(ignoreUrls|(neverP|p)ropagateTo)$/.test(name)) {
    tellPatterns(name, value as readonly UrlPattern[])
    if (name === 'propagateTo') tellOwnOrigin(value as readonly UrlPattern[], beside)
  } else if (name === 'maxExportBatchSize') tellBatch(name, value as number, beside)
}

/** Of a batch that never gets as large: by the default of `maxQueueSize`, if that is not given. */
function tellBatch(name: string, size: number, { maxQueueSize = 2048 }: Partial<BatchOptions>): void {
  if (size > maxQueueSize)
    report(`\`${name}\`: at most ${maxQueueSize} spans wait, by \`maxQueueSize\`; ${size} never do.`)
}

/** Of patterns that are compared with addresses and can be that of none. */
function tellPatterns(name: string, patterns: readonly UrlPattern[]): void {
  for (const pattern of patterns)
    if (typeof pattern !== 'string') tellRegExp(name, pattern)
    else if (!isAddress(pattern))
      report(`\`${name}\`: '${pattern}' matches nothing; addresses begin with https:// or /, the rest is for RegExps.`)
}

// While addresses are tested with their origin, and always have a path: `^\/`, `^api\.`, `^localhost:3000`, `^https:\/\/api\.example\.com$`.
const OF_NONE = /^\^(\\\/|[\w-]+(\\\.|:\d)|https\??:(\\?\/){2}([\w-]|\\\.)+(:\d+)?\$$)[^|]*$/

function tellRegExp(name: string, { source }: RegExp): void {
  if (OF_NONE.test(source))
    report(`\`${name}\`: /${source}/ matches nothing; a RegExp is tested with the whole address, https:// first.`)
}

const WRITTEN = /^\s*(https?:\/)?\/[^*]*$/i
// Places for values, as routers write them, and a second address behind a comma.
const TEMPLATE = /\/:|[{}<>]|,\s*(https?:|\/\/)/i
const HOST = /^(\[.*\]|[\w-]+(\.[\w-]+)*\.?)$/

/** That of a request may begin so: none is compared with a fragment, and none with credentials is sent. */
function isAddress(text: string): boolean {
  const url = WRITTEN.test(text) && !TEMPLATE.test(text) && !text.includes('#') ? absoluteUrl(text) : null
  return url !== null && HOST.test(url.hostname) && url.username + url.password === ''
}

interface Own {
  readonly propagateTo?: unknown
  readonly propagateToSameOrigin?: unknown
}

/** Of the own origin in a list of those that get trace headers, beside an option that switches it off. */
function tellOwnOrigin(patterns: readonly UrlPattern[], beside: { readonly instrument?: unknown } & Own): void {
  const { fetch, xhr } = Object(beside.instrument) as { readonly fetch?: Own; readonly xhr?: Own }
  const isOff = [beside, fetch, xhr].some(
    (own) => own?.propagateToSameOrigin === false && (own === beside || own.propagateTo === undefined),
  )
  for (const pattern of isOff ? patterns : []) {
    const url = typeof pattern === 'string' && absoluteUrl(pattern)
    if (url && isOwnOrigin(url))
      report(`\`propagateTo\`: '${pattern}' is of the own origin, which \`propagateToSameOrigin: false\` switches off.`)
  }
}

/** Of an address of a collector that is one, but hardly what was meant. */
function tellEndpoint(name: string, given: string): void {
  if (!/^\s*([a-z][\w+.-]*:|\/)/i.test(given))
    report(`\`${name}\`: '${given}' begins with neither https:// nor /: it is taken for a path of this page's origin.`)
  else if (/^\s*(https?:)?\/\/[^/]+$/i.test(given) && absoluteUrl(given))
    report(`\`${name}\`: '${given}' has no path; that of a collector mostly ends in /v1/traces.`)
}

/**
 * Of names that an object of headers has from its class or its prototype: as for `fetch`, only its own ones count. And of the one name
 * that is not the user's to give.
 */
function tellHeaders(headers: unknown): void {
  if (typeof headers !== 'object' || headers === null || Symbol.iterator in headers) return
  if (Object.keys(headers).some((name) => /^content-type$/i.test(name)))
    report('`headers`: content-type is that of `encoding`; yours is left out.')
  const names: string[] = []
  for (let at = above(headers); at && above(at); at = above(at))
    for (const name of Object.getOwnPropertyNames(at))
      if (typeof descriptorOf(at, name)?.value !== 'function' && !hasOwn(headers, name)) names.push(name)
  if (names.length > 0)
    report(`\`headers\`: ${names.join(', ')} must be of the object itself; what it inherits is not sent.`)
}

const above = (object: object) => Object.getPrototypeOf(object) as object | null
