// @ts-check
// What the build plugin puts round the operands of `await`: it makes a native promise of whatever is none, since only such a
// promise is asked for its `constructor`, and that is how a context follows (context/nativeAwait.ts). It imports nothing and
// knows no frame: so it works beside the script tag too, and does nothing on a page that has no telemetry, or whose platform
// follows by itself.

/** Asked what an `await` would ask of a promise: inside a span, another answer comes back than outside. */
const probe = (async () => {})()

/** Not `probe.constructor`, so that it is the true one even when this module is first run inside a span. */
const nativePrototype = Object.getPrototypeOf(probe)
/** @type {PromiseConstructor} */
const NativePromise = nativePrototype.constructor

const isCarried = () => probe.constructor !== NativePromise

/**
 * For `await value`. Outside of spans the very value, so that the await takes as long as ever.
 * @param {unknown} value
 */
export function follow(value) {
  return isCarried() ? NativePromise.resolve(value) : value
}

/**
 * For `for await (… of iterable)` and `yield* iterable`: what is awaited there are the results of the iterator.
 * @param {any} iterable
 */
export function followEach(iterable) {
  if (iterable === null || iterable === undefined || !isCarried()) return iterable
  const openAsync = iterable[Symbol.asyncIterator]
  if (openAsync !== undefined && openAsync !== null) {
    return { [Symbol.asyncIterator]: () => followResults(Reflect.apply(openAsync, iterable, [])) }
  }
  const open = iterable[Symbol.iterator]
  return { [Symbol.iterator]: () => followValues(Reflect.apply(open, iterable, [])) }
}

/** @typedef {(this: unknown, ...args: unknown[]) => any} Step */

/**
 * Steps through `iterator` with `step` applied to what its methods give. `return` and `throw` are looked up as late as without us.
 * @param {any} iterator
 * @param {(result: any) => unknown} step
 * @param {(args: unknown[]) => unknown[]} closing
 */
function stepThrough(iterator, step, closing = (args) => args) {
  /** @type {Step} */
  const next = iterator.next
  /** @param {string} name @param {(args: unknown[]) => unknown[]} [give] */
  const method = (name, give = (args) => args) => {
    /** @type {Step | null | undefined} */
    const found = iterator[name]
    if (found === undefined || found === null) return undefined
    return (/** @type {unknown[]} */ ...args) => step(Reflect.apply(found, iterator, give(args)))
  }
  return {
    next: (/** @type {unknown[]} */ ...args) => step(Reflect.apply(next, iterator, args)),
    get return() {
      return method('return', closing)
    },
    get throw() {
      return method('throw')
    },
  }
}

async function* someGenerator() {}

/** @param {any} iterator */
function followResults(iterator) {
  // An async generator awaits what it is closed with before its `finally`, and a plain `break` closes it with undefined.
  const generators = Object.getPrototypeOf(someGenerator.prototype)
  const isGenerator = Object.prototype.isPrototypeOf.call(generators, iterator)
  return stepThrough(iterator, follow, isGenerator ? ([value]) => [follow(value)] : undefined)
}

/**
 * Of a synchronous iterator the engine awaits the value in each result by a promise of its own, which follows: only a foreign
 * `then` has to be called inside the span. It reads `done` and `value` once, in this order.
 * @param {any} iterator
 */
function followValues(iterator) {
  return stepThrough(iterator, (result) => {
    if (Object(result) !== result) return result // the engine says what is wrong with it
    const { done, value } = result
    return { done, value: Object(value) === value ? follow(value) : value }
  })
}
