// Work that a context must follow, timed outside of any span and inside one of the app that is on the page.
import type {} from '../apps/expose'

declare global {
  var blockOf: (row: string, ms: number, inside: boolean) => Promise<number>
}

interface Row {
  readonly calls: number
  work(calls: number): Promise<void> | void
}

let sum = 0
const next = async () => 1
const passOn = async () => {
  const promise = next()
  return promise
}
const step = (value: number) => value + 1
const count = () => {
  sum++
}

const AWAITS: Record<string, Row> = {
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
  'await of an async `return promise`': {
    calls: 100,
    async work(calls) {
      for (let i = 0; i < calls; i++) sum += await passOn()
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
}

/** Calls back once for each time it is started, and tells when all have. */
const fired = (start: (callback: () => void) => void): Row => ({
  calls: 100,
  work: (calls) =>
    new Promise((resolve) => {
      let left = calls
      for (let i = 0; i < calls; i++)
        start(() => {
          if (--left === 0) resolve()
        })
    }),
})

const again = (call: () => void): Row => ({
  calls: 100,
  work(calls) {
    for (let i = 0; i < calls; i++) call()
  },
})

const target = new EventTarget()
const event = new Event('bench')
const heard = new EventTarget()
let isListening = false

const CALLBACKS: Record<string, Row> = {
  'setTimeout, set and fired': fired((callback) => setTimeout(callback)),
  'setTimeout, set and cleared': again(() => clearTimeout(setTimeout(count, 10_000))),
  'requestAnimationFrame, asked and cancelled': again(() => cancelAnimationFrame(requestAnimationFrame(count))),
  queueMicrotask: fired((callback) => queueMicrotask(callback)),
  'addEventListener and removeEventListener': again(() => {
    target.addEventListener('bench', count)
    target.removeEventListener('bench', count)
  }),
  'dispatchEvent to one listener': again(() => {
    if (!isListening) heard.addEventListener('bench', count)
    isListening = true
    heard.dispatchEvent(event)
  }),
  'element.onclick = …': again(() => {
    document.body.onclick = count
  }),
  'new MutationObserver': again(() => {
    sum += new MutationObserver(count).takeRecords().length
  }),
}

const ROWS = { ...AWAITS, ...CALLBACKS }

globalThis.blockOf = async (name, ms, inside) => {
  const { calls, work } = ROWS[name] as Row
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
