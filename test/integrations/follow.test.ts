// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { follow, followEach } from '../../src/integrations/follow.mjs'
import { activeSpan, contextWithNewSpan } from '../support/contexts'
import { evaluate, evaluateRewritten } from './modules'

type Log = (...what: unknown[]) => void

let stop = () => {}
let context = contextWithNewSpan()
beforeEach(() => {
  context = contextWithNewSpan()
})
afterEach(() => {
  stop()
  stop = () => {}
})

describe('the helper', () => {
  const values = [
    42,
    undefined,
    null,
    'text',
    {},
    { then() {} },
    Promise.resolve(),
    new (class extends Promise<void> {})(() => {}),
  ]

  it('gives back the very value where no telemetry runs, and outside of spans', () => {
    for (const value of values) expect(follow(value)).toBe(value)
    for (const value of values) expect(followEach(value)).toBe(value)
    stop = startContext()
    runIn(context, () => {})
    for (const value of values) expect(follow(value)).toBe(value)
    for (const value of values) expect(followEach(value)).toBe(value)
  })

  it('gives a native promise inside a span, and a native promise itself', () => {
    stop = startContext()
    const promise = Promise.resolve(1)
    runIn(context, () => {
      for (const value of values) expect(Object.getPrototypeOf(follow(value))).toBe(Promise.prototype)
      expect(follow(promise)).toBe(promise)
    })
  })

  it('gives the value again after the telemetry was stopped', () => {
    startContext()()
    runIn(context, () => expect(follow(42)).toBe(42))
  })
})

// Each program is a module whose run(log) says what happens. `seen` in it is: is the span still current?
const FOLLOWED: Record<string, string> = {
  'await of a number': 'export async function run(seen) { await 42; seen() }',
  'await of undefined': 'export async function run(seen) { await undefined; seen(); await void 0; seen() }',
  'await of an object': 'export async function run(seen) { await {}; seen() }',
  'await of a foreign thenable, also inside its then':
    'export async function run(seen) { await { then(done) { seen(); done() } }; seen() }',
  'await of a foreign thenable that settles later':
    'export async function run(seen) { await { then(done) { setTimeout(done, 1) } }; seen() }',
  'await of a foreign thenable that rejects':
    'export async function run(seen) { try { await { then(_, fail) { fail(1) } } } catch { seen() } finally { seen() }; seen() }',
  'await of a value out of a cache':
    'const cache = new Map([[1, {}]]); export async function run(seen) { await (cache.get(1) ?? load()); seen() }',
  'await of a subclass of Promise':
    'class P extends Promise {}; export async function run(seen) { await P.resolve(1); seen(); await new P((done) => setTimeout(done)); seen() }',
  'await of a promise from another realm': `import { runInNewContext } from 'node:vm'; export async function run(seen) { await runInNewContext('Promise.resolve()'); seen() }`,
  'await in a called function':
    'const f = async (seen) => { await 1; seen(); return 1 }; export async function run(seen) { await f(seen); seen() }',
  'await of import() and of an async function called on the spot': `export async function run(seen) { await import('node:path'); seen(); await (async () => { await 1; seen() })(); seen() }`,
  'for await over plain values': 'export async function run(seen) { for await (const _ of [1, 2]) seen(); seen() }',
  'for await over foreign thenables':
    'export async function run(seen) { for await (const _ of [{ then(done) { seen(); done() } }]) seen(); seen() }',
  'for await over an iterator that gives plain results':
    'export async function run(seen) { let i = 0; for await (const _ of { [Symbol.asyncIterator]: () => ({ next: () => ({ done: i++ > 2 }) }) }) seen(); seen() }',
  'for await over an iterator that gives thenables':
    'export async function run(seen) { let i = 0; const next = () => ({ then(f) { seen(); f({ done: i++ > 2 }) } }); for await (const _ of { [Symbol.asyncIterator]: () => ({ next }) }) seen(); seen() }',
  'break, with an iterator whose return gives a plain result':
    'export async function run(seen) { for await (const _ of { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false }), return: () => ({}) }) }) break; seen() }',
  'break, in the finally of an async generator':
    'export async function run(seen) { async function* g() { try { yield 1; yield 2 } finally { seen(); await 1; seen() } } for await (const _ of g()) break; seen() }',
  'for await over a stream':
    'export async function run(seen) { for await (const _ of new Response("a").body) seen(); seen() }',
  'yield in an async generator':
    'export async function run(seen) { async function* g() { yield 1; seen(); yield { then(f) { seen(); f() } }; seen() } for await (const _ of g()) seen(); seen() }',
  'yield in an async generator that is asked thrice at once':
    'export async function run(seen) { async function* g() { yield 1; seen(); yield 2; seen() } const i = g(); await Promise.all([i.next(), i.next(), i.next()]); seen() }',
  'return in an async generator, in its finally':
    'export async function run(seen) { async function* g() { try { return 1 } finally { seen() } } await g().next(); seen() }',
  'yield* over an iterator that gives plain results':
    'export async function run(seen) { let i = 0; async function* g() { yield* { [Symbol.asyncIterator]: () => ({ next: () => ({ done: i++ > 1 }) }) }; seen() } for await (const _ of g()) seen(); seen() }',
}

describe('the span is still current behind', () => {
  it.each(Object.keys(FOLLOWED))('%s', async (name) => {
    stop = startContext()
    const { run } = await evaluateRewritten(FOLLOWED[name]!)
    const seen: unknown[] = []
    await runIn(context, () => run!(() => seen.push(activeSpan())))
    expect(seen.length).toBeGreaterThan(0)
    expect(seen).toEqual(seen.map(() => context.span))
    expect(activeSpan()).toBeNull()
  })

  it.each(Object.keys(FOLLOWED))('%s, and beside it nobody without a span gains one', async (name) => {
    stop = startContext()
    const { run } = await evaluateRewritten(FOLLOWED[name]!)
    const other = contextWithNewSpan()
    const seen: Record<'none' | 'one' | 'other', unknown[]> = { none: [], one: [], other: [] }
    await Promise.all([
      run!(() => seen.none.push(activeSpan())),
      runIn(context, () => run!(() => seen.one.push(activeSpan()))),
      run!(() => seen.none.push(activeSpan())),
      runIn(other, () => run!(() => seen.other.push(activeSpan()))),
    ])
    expect(new Set(seen.none)).toEqual(new Set([null]))
    expect(new Set(seen.one)).toEqual(new Set([context.span]))
    expect(new Set(seen.other)).toEqual(new Set([other.span]))
  })
})

/** Objects that tell everything that is done to them. */
const SPY = `
const spy = (log, name, target) => new Proxy(target, {
  get(target, key) { log('get ' + name + '.' + String(key)); return Reflect.get(target, key) },
  has(target, key) { log('has ' + name + '.' + String(key)); return Reflect.has(target, key) },
})
const results = (log, give, last = {}) => {
  let i = 0
  return (...args) => { log('next', args.length); return give(spy(log, 'result', { done: ++i > 2, value: i })) }
}
`

const SAME: Record<string, string> = {
  'the order of evaluation':
    'export async function run(log) { const v = (x) => (log(x), x); return v(1) + (await v(2)) * (await v(3)) + v(4) }',
  'what an await gives':
    'export async function run(log) { log(await 1, await null, await [2], await (3, 4), await { a: 5 }) }',
  'this, arguments, super and new.target':
    'class A { async f() { return [this.x, arguments.length] } } class B extends A { constructor() { super(); this.x = 7; this.t = async () => await new.target.name } async f(a) { return [await this.x, await super.f(1, 2), await arguments[0], await this.t()] } } export async function run(log) { log(JSON.stringify(await new B().f(9))) }',
  'a rejection and a throw':
    'export async function run(log) { try { await Promise.reject(new Error("a")) } catch (e) { log(e.message) } try { await (() => { throw new Error("b") })() } catch (e) { log(e.message) } try { await { get then() { throw new Error("c") } } } catch (e) { log(e.message) } finally { log("finally") } }',
  'a promise whose constructor cannot be read':
    'export async function run(log) { const p = Object.defineProperty(Promise.resolve(1), "constructor", { get() { throw new Error("no") } }); try { await p } catch (e) { log(e.message) } }',
  'what is done to a thenable':
    'export async function run(log) { log(await spy(log, "thenable", { then(a, b) { log("then", typeof a, typeof b, arguments.length); a(1); a(2); b(3) } })) }',
  'a thenable that throws':
    'export async function run(log) { try { await { then() { log("then"); throw 1 } } } catch (e) { log(e) } }',
  'a thenable of a thenable':
    'export async function run(log) { log(await { then(f) { f({ then(g) { log("inner"); g(5) } }) } }) }',
  'destructuring, templates and default values':
    'export async function run(log) { const { a = await 1, ...rest } = await { b: 2 }; const f = async (x, y = async () => await x) => await y(); log(a, rest.b, `$' +
    '{await a}`, await f(3)) }',
  'an async generator':
    'export async function run(log) { async function* g() { try { const x = yield 1; log(x); yield* [2, 3]; return 4 } catch (e) { log(e); yield 5 } finally { log("f") } } const i = g(); for (const step of [() => i.next(), () => i.next("in"), () => i.throw("err"), () => i.next(), () => i.next()]) log(JSON.stringify(await step())) }',
  'the protocol of an async iterator':
    'export async function run(log) { for await (const x of spy(log, "iterable", { [Symbol.asyncIterator]() { log("open", arguments.length); return spy(log, "iterator", { next: results(log, async (r) => r), return() { log("return") } }) } })) log(x) }',
  'the protocol of an async iterator that gives plain results':
    'export async function run(log) { for await (const x of spy(log, "iterable", { [Symbol.asyncIterator]: () => spy(log, "iterator", { next: results(log, (r) => r) }) })) log(x) }',
  'the protocol of a synchronous iterator':
    'export async function run(log) { for await (const x of spy(log, "iterable", { [Symbol.iterator]: () => spy(log, "iterator", { next: results(log, (r) => r) }) })) log(x) }',
  'break in for await':
    'export async function run(log) { for await (const x of { [Symbol.asyncIterator]: () => spy(log, "iterator", { next: results(log, async (r) => r), async return(...a) { log("return", a.length); return {} } }) }) { log(x); break } log("out") }',
  'break in for await over synchronous values':
    'export async function run(log) { for await (const x of { [Symbol.iterator]: () => spy(log, "iterator", { next: results(log, (r) => r), return(...a) { log("return", a.length); return {} } }) }) { log(x); break } log("out") }',
  'a throw in for await':
    'export async function run(log) { try { for await (const x of { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false }), async return() { log("return"); throw "lost" } }) }) throw "kept" } catch (e) { log(e) } }',
  'an iterator without return':
    'export async function run(log) { for await (const x of { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }) }) }) { log(x); break } }',
  'a rejection in synchronous values':
    'export async function run(log) { try { for await (const x of [1, Promise.reject(2), 3]) log(x) } catch (e) { log("caught", e) } }',
  'what cannot be iterated':
    'export async function run(log) { for (const x of [undefined, null, 1, {}, { [Symbol.asyncIterator]: 1 }, { [Symbol.asyncIterator]: () => 1 }, { [Symbol.iterator]: () => ({ next: () => 1 }) }, { [Symbol.asyncIterator]: () => ({ next: () => 1 }) }, { [Symbol.asyncIterator]: () => ({}) }]) try { for await (const _ of x); } catch (e) { log(e.constructor.name) } }',
  'yield* of an async iterator, with what goes in':
    'export async function run(log) { async function* g() { return yield* { [Symbol.asyncIterator]: () => spy(log, "iterator", { next: (...a) => (log("next", ...a), { value: 1 }), throw: (...a) => (log("throw", ...a), { value: 2 }), return: (...a) => (log("return", ...a), { done: true, value: 3 }) }) } } const i = g(); await i.next("a"); await i.next("b"); log((await i.throw("c")).value); log(JSON.stringify(await i.return("d"))) }',
  'yield* of a generator that is closed':
    'export async function run(log) { async function* inner() { try { yield 1 } finally { log("inner") } } async function* g() { try { yield* inner() } finally { log("outer") } } const i = g(); await i.next(); log(JSON.stringify(await i.return(Promise.resolve(6)))) }',
  'top-level await': 'const a = await 1; const b = await { then(f) { f(2) } }; export const run = (log) => log(a, b)',
}

/** What the program says, with marks of how many microtasks lie between. */
async function journal(code: string, evaluateModule: typeof evaluate, marks: boolean): Promise<unknown[]> {
  const { run } = await evaluateModule(SPY + code)
  const lines: unknown[] = []
  let isOver = false
  const log: Log = (...what) => lines.push(what.map(String).join(' '))
  const ended = (async () => run!(log))().finally(() => {
    isOver = true
  })
  for (let turn = 0; marks && !isOver && turn < 200; turn++) {
    await null
    lines.push('.')
  }
  lines.push(String(await ended))
  return lines
}

/** Inside a span an await takes more turns, and looks for a `then` of what it gives, as only a Proxy sees: with and without the plugin. */
const isDone = (line: unknown) => !/^(?:\.|(?:get|has) \w+\.then)$/.test(line as string)

describe('a program does the same as before, also inside a span', () => {
  it.each(Object.keys(SAME))('%s', async (name) => {
    const before = await journal(SAME[name]!, evaluate, true)
    expect(before.length).toBeGreaterThan(1)
    expect(await journal(SAME[name]!, evaluateRewritten, true)).toEqual(before) // and in the same turn of the microtask queue
    stop = startContext()
    runIn(context, () => {})
    expect(await journal(SAME[name]!, evaluateRewritten, true)).toEqual(before)
    const inside = await runIn(context, () => journal(SAME[name]!, evaluateRewritten, false))
    expect(inside.filter(isDone)).toEqual(before.filter(isDone))
  })
})

describe('an error', () => {
  const code =
    'async function inner() { await 1; throw new Error("deep") } async function outer() { await inner() } export const run = outer'
  it('still names the async functions that it came through, outside of spans', async () => {
    const { run } = await evaluateRewritten(code)
    const error = await (run!() as Promise<unknown>).catch((cause: Error) => cause)
    expect((error as Error).stack).toMatch(/at inner.*\n.*at async outer/)
  })
})
