import { guard, report } from '../lib/report'
import { within } from '../process/processor'

/** Names and values sent with every request. A function is asked before each; when it is async, the last known value is used at an exit. */
export type HeadersInput =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)

const ASK_FOR_MS = 5000 // a token service that hangs must not keep spans back until they count as lost

/** The headers of an exporter, as they are known at any moment. */
export interface KnownHeaders {
  /** The last known ones. */
  current(): Readonly<Record<string, string>>
  /** False while a function that was asked has not answered for the first time. */
  areKnown(): boolean
  /** Takes the ones of now; a promise where better ones are on their way. */
  ask(): Promise<void> | null
}

export function createHeaders(input: HeadersInput): KnownHeaders {
  let headers: Readonly<Record<string, string>> = {}
  let lastGiven: unknown = null
  let areKnown = typeof input !== 'function'
  let asked = 0
  let answered = 0 // the newest question that has an answer
  const take = (given: unknown, question: number) => {
    if (question < answered) return // a slow answer behind a newer one
    answered = question
    areKnown = true
    if (given === lastGiven) return
    lastGiven = given
    headers = guard('reading `headers`', () => readHeaders(given)) ?? headers
  }
  return {
    current: () => headers,
    areKnown: () => areKnown,
    ask() {
      const question = ++asked
      let answer: unknown = input
      let isLater = false
      try {
        if (typeof input === 'function') answer = input()
        isLater = typeof (answer as PromiseLike<unknown> | undefined)?.then === 'function'
      } catch (error) {
        report('`headers` threw; the last known ones are used.', error)
        return null
      }
      if (!isLater) {
        take(answer, question)
        return null
      }
      const late = () => `\`headers\` did not come within ${ASK_FOR_MS} ms; the last known ones are used.`
      const taken = Promise.resolve(answer).then((given) => take(given, question)) // also when it comes late
      return within(ASK_FOR_MS, taken, late).catch((error) =>
        report('`headers` failed; the last known ones are used.', error),
      )
    },
  }
}

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~\w]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Names and values that a request can carry; others are reported and left out. `null` when it is no object at all. */
function readHeaders(given: unknown): Record<string, string> | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    report(
      '`headers` must be an object of names and values, or a function that gives one; the last known ones are used.',
    )
    return null
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Symbol.iterator in given ? (given as Headers) : Object.entries(given)) {
    if (value === undefined || value === null || /^content-type$/i.test(name)) continue
    if (HEADER_NAME.test(name) && HEADER_VALUE.test(String(value))) headers[name] = String(value)
    else report(`header \`${name}\` is not allowed; it is left out.`)
  }
  return headers
}
