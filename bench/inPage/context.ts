// Asynchronous work that a context must follow, timed outside of any span and inside one of the app that is on the page.
import type {} from '../apps/expose'

declare global {
  var blockOf: (row: string, ms: number, inside: boolean) => Promise<number>
}

let sum = 0
const next = async () => 1
const step = (value: number) => value + 1

const ROWS: Record<string, { calls: number; work(calls: number): Promise<void> }> = {
  'await asyncFunction()': {
    calls: 200,
    async work(calls) {
      for (let i = 0; i < calls; i++) sum += await next()
    },
  },
  'await new Promise': {
    calls: 200,
    async work(calls) {
      for (let i = 0; i < calls; i++) sum += await new Promise<number>((resolve) => resolve(1))
    },
  },
  'promise.then(…)': {
    calls: 200,
    async work(calls) {
      let promise = Promise.resolve(0)
      for (let i = 0; i < calls; i++) promise = promise.then(step)
      sum += await promise
    },
  },
  'await Promise.all of 10': {
    calls: 20,
    async work(calls) {
      for (let i = 0; i < calls; i++) sum += (await Promise.all(Array.from({ length: 10 }, next))).length
    },
  },
  'setTimeout, set and fired': {
    calls: 100,
    work: (calls) =>
      new Promise((resolve) => {
        let left = calls
        for (let i = 0; i < calls; i++)
          setTimeout(() => {
            if (--left === 0) resolve()
          })
      }),
  },
}

globalThis.blockOf = async (row, ms, inside) => {
  const { calls, work } = ROWS[row]!
  let done = 0
  let took = 0
  const run = async () => {
    const start = performance.now()
    do {
      await work(calls)
      done += calls
      took = performance.now() - start
    } while (took < ms)
  }
  await (inside && globalThis.inSpan ? globalThis.inSpan(run) : run())
  return (took * 1e6) / done
}

export { sum }
