import { isPlatforms } from '../lib/native'
import type { Carrier } from './carrier'
import { ROOT_CONTEXT, type SpanContextMap } from './frame'

/** What we use of the TC39 proposal [AsyncContext](https://github.com/tc39/proposal-async-context). */
interface Variable<T> {
  get(): T | undefined
  run<R>(value: T, fn: () => R): R
}

/**
 * The carrier of a platform that follows asynchronous work itself, or `null`. Then neither zone.js nor any patch is needed.
 * A polyfill's follows only synchronous calls.
 */
export function followPlatform(): Carrier | null {
  const { AsyncContext } = globalThis as { AsyncContext?: { Variable?: new () => Variable<SpanContextMap> } }
  const Variable = AsyncContext?.Variable
  if (!Variable || !isPlatforms(Variable, 'Variable')) return null
  const variable = new Variable()
  const runIn: Carrier['runIn'] = (context, fn, self, args) =>
    variable.run(context, () => Reflect.apply(fn, self, args) as ReturnType<typeof fn>)
  const active = () => variable.get() ?? ROOT_CONTEXT
  return {
    active,
    runIn,
    bind(fn) {
      const context = active()
      return function (this: unknown, ...args: unknown[]) {
        return runIn(context, fn, this, args)
      } as unknown as typeof fn
    },
    start: () => () => {},
  }
}
