import { openFrames } from './support/openFrames'
import { tagFiles } from './support/tagFiles.mjs'
import { expect, test } from './support/test'

// The libraries of old put functions on `Array.prototype`, or replaced its own (prototype.js, MooTools; polyfills and counters do so today). The
// page then works as it does without us; where only something was added, or what was replaced still works, all spans arrive.

/** What is done to `Array.prototype`: `name` is one of its methods. */
const CHANGES: Readonly<Record<string, string>> = {
  throws: 'Array.prototype[name] = () => { throw new Error("replaced") }',
  counts:
    'const own = Array.prototype[name]; let calls = 0; Array.prototype[name] = function () { calls++; return own.apply(this, arguments) }',
  number: 'Array.prototype[name] = 1',
  function: 'Array.prototype[name] = function () { throw new Error("added") }',
  accessor:
    'Object.defineProperty(Array.prototype, name, { configurable: true, get() { return undefined }, set(value) { Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true }) } })',
  'throwing getter':
    'Object.defineProperty(Array.prototype, name, { configurable: true, enumerable: true, get() { throw new Error("added") }, set(value) { Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true }) } })',
}
const file = [...tagFiles().values()].join('\n')
/** Those that the built file may call. Without an iterator nobody can spread or destructure a list. */
const METHODS = Object.getOwnPropertyNames(Array.prototype).filter((name) => file.includes(`.${name}(`))
const ADDED = ['each', 'key', 'value', '0', '1']

/** `slow`: what we do by ourselves, in timers, in idle time and when the page is left, has its turn before the page flushes. */
const PACES = ['at once', 'slow'] as const

interface Play {
  readonly how: string
  readonly name: string
  readonly when: 'before' | 'after'
}

const PLAYS: readonly Play[] = (['before', 'after'] as const).flatMap((when) => [
  ...METHODS.flatMap((name) => ['throws', 'counts'].map((how) => ({ how, name, when }))),
  ...ADDED.flatMap((name) => ['number', 'function', 'accessor', 'throwing getter'].map((how) => ({ how, name, when }))),
])

interface Told extends Play {
  readonly answers: string
  readonly errors: string
  readonly exported: number
}

// Without lists: theirs are broken.
const frame = (traced: boolean, pace: (typeof PACES)[number]) => `<script>
  const tell = parent.postMessage.bind(parent)
  const { how, name, when, change } = JSON.parse(decodeURIComponent(location.hash.slice(1)))
  let errors = ''
  addEventListener('error', (event) => { errors += (event.error?.stack ?? event.message) + '|' })
  addEventListener('unhandledrejection', (event) => { errors += (event.reason?.stack ?? event.reason) + '|' })
  const pollute = (0, eval)('(name) => {' + change + '}')
  if (when === 'before') pollute(name)
</script><script type="module">
  let answers = ''
  let exported = 0
  const work = async () => {
    const answer = await fetch('/lab/echo', { method: 'POST', body: 'hello', headers: { 'x-one': '1' } })
    answers += answer.status + (await answer.json()).body
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/lab/echo')
    xhr.setRequestHeader('x-two', '2')
    await new Promise((resolve) => { xhr.addEventListener('load', resolve); xhr.send() })
    answers += xhr.status
    await new Promise((resolve) => setTimeout(resolve, 1))
    const target = new EventTarget()
    target.addEventListener('a', () => { answers += 'heard' })
    target.dispatchEvent(new Event('a'))
    const frames = new Promise((resolve) => requestAnimationFrame(resolve))
    await Promise.race([frames, new Promise((resolve) => setTimeout(resolve, 20))])
    queueMicrotask(() => { answers += 'micro' })
    await null
    return 'done'
  }
  try {
    ${
      traced
        ? `const api = await import('/telemetry.min.js')
    const telemetry = api.startTelemetry({ serviceName: how + ' ' + name + ' ' + when, ${pace === 'slow' ? '' : 'deferred: false, outbox: false, '}attributes: { 'user.plan': 'pro' } })
    if (when === 'after') pollute(name)
    const done = await api.withSpan('work', { attributes: { list: ['a', 'b'] } }, work)
    answers += done
    api.startSpan('plain').setAttribute('list', [1, 2]).addEvent('e', { a: 1 }).recordException(new Error('x'))
    api.withBaggage({ a: 'b' }, () => { answers += 'baggage' })
    answers += api.bind(() => 'bound')()
    telemetry.stats()
    ${
      pace === 'slow'
        ? `const rest = () => new Promise((resolve) => setTimeout(resolve, 150))
    const open = api.startSpan('open')
    await rest()
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    await rest()
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    await rest()
    open.end()`
        : ''
    }
    api.linkSpan(api.startSpan('ended'))
    await telemetry.forceFlush(5000).catch(() => {})
    exported = telemetry.stats().exported`
        : `if (when === 'after') pollute(name)
    const done = await work()
    answers += done
    answers += 'baggagebound'`
    }
  } catch (error) { errors += 'thrown: ' + error.stack + '|' }
  await new Promise((resolve) => setTimeout(resolve, 0))
  tell({ __proto__: null, how, name, when, answers, errors, exported })
</script>`

for (const pace of PACES)
  test(`what stands on Array.prototype: the page works as without us, ${pace}`, async ({ page, lab }) => {
    test.setTimeout(180_000)
    await page.goto(lab.page('<body>'))
    const [bare, traced] = [lab.page(frame(false, pace)), lab.page(frame(true, pace))]
    const open = (url: string, plays: readonly Play[]): Promise<Told[]> =>
      page.evaluate(openFrames<Told>, {
        url,
        plays: plays.map((play) => ({
          given: { ...play, change: CHANGES[play.how] },
          silent: { ...play, answers: '', errors: 'no answer', exported: 0 },
        })),
        patienceMs: 8000,
      })
    const without = await open(bare, PLAYS)
    const own = new Map(without.map((told) => [keyOf(told), told]))
    const spans = pace === 'slow' ? 4 : 3
    const wrong: string[] = []
    for (const told of await open(traced, PLAYS)) {
      const { answers, errors } = own.get(keyOf(told))!
      if (told.answers !== answers || told.errors !== errors)
        wrong.push(`${keyOf(told)}: ${told.answers} ${told.errors} bare ${errors}`)
      else if (told.how !== 'throws' && errors === '' && told.exported !== spans)
        wrong.push(`${keyOf(told)}: ${told.exported} spans`)
    }
    expect(wrong).toEqual([])
  })

const keyOf = ({ how, name, when }: Play) => `${how} ${name} ${when}`
