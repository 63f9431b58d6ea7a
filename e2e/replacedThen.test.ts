import { openRecording } from './support/recording'
import { allSaid, expect, test } from './support/test'

/** Replaces `then` as libraries do, and counts the calls by name. */
const STRANGER = `<script>
  globalThis.thens = {}
  globalThis.replaceThen = (name, define) => {
    const before = Promise.prototype.then
    thens[name] = 0
    function then(onFulfilled, onRejected) {
      thens[name]++
      return before.call(this, onFulfilled, onRejected)
    }
    if (define) Object.defineProperty(Promise.prototype, 'then', { value: then, writable: true, configurable: true })
    else Promise.prototype.then = then
    return then
  }
</script>`

type Then = Promise<unknown>['then']

declare global {
  var thens: Record<string, number>
  var replaceThen: (name: string, define?: boolean) => Then
}

const BEFORE = `${STRANGER}<script>globalThis.stranger = replaceThen('before')</script>`

declare global {
  var stranger: Then
}

test('a `then` replaced before us is called once for each call, keeps the span, and is back after shutdown() @engines', async ({
  page,
  lab,
  told,
}) => {
  await openRecording(page, lab, {}, BEFORE)
  const seen = await page.evaluate(async () => {
    const countOf = async (work: () => Promise<unknown>) => {
      const before = thens['before'] ?? 0
      const value = await work()
      return [value, (thens['before'] ?? 0) - before]
    }
    const own = async (value: string) => value
    api.withSpan('first', () => {}) // what we prepare for it is not counted
    await own('')
    const call = () => new Promise((resolve) => own('then').then(resolve))
    const outside = await countOf(call)
    const inside = await countOf(() =>
      api.withContext(api.startSpan('span'), () => {
        const span = api.getCurrentSpan()
        return new Promise((resolve) => own('').then(() => resolve(api.getCurrentSpan() === span)))
      }),
    )
    const isKept = await api.withSpan('await', async (span) => {
      await own('')
      return api.getCurrentSpan() === span
    })
    await api.startTelemetry().shutdown()
    return { outside, inside, isKept, isBack: Promise.prototype.then === stranger, after: await countOf(call) }
  })
  expect(seen).toEqual({ outside: ['then', 1], inside: [true, 1], isKept: true, isBack: true, after: ['then', 1] })
  await allSaid(page)
  expect(told).toHaveLength(1) // that startTelemetry() was called again
})

for (const [way, define, keeps] of [
  ['assigned', false, 'keeps the span'],
  ['defined', true, 'loses the span, since nothing of ours is there any more'], // `Object.defineProperty` asks no setter
] as const)
  test(`a \`then\` ${way} after our first span is called and stays when we stop, and ${keeps} @engines`, async ({
    page,
    lab,
  }) => {
    await openRecording(page, lab, {}, STRANGER)
    const seen = await page.evaluate(async (define) => {
      const own = async () => {}
      await api.withSpan('first', own)
      const stranger = replaceThen('after', define)
      const call = () => new Promise((resolve) => own().then(() => resolve(api.getCurrentSpan())))
      const outside = await call()
      const { isThen, isAwait } = await api.withSpan('span', async (span) => {
        const isThen = (await call()) === span
        await own()
        return { isThen, isAwait: api.getCurrentSpan() === span }
      })
      const called = thens['after']
      await api.startTelemetry().shutdown()
      const calledBefore = thens['after'] ?? 0
      await call()
      const isCalledLater = (thens['after'] ?? 0) > calledBefore
      return { outside, isThen, isAwait, called, isCalledLater, isThere: Promise.prototype.then === stranger }
    }, define)
    // Where ours is gone the await inside the span calls theirs, as it would a thenable's.
    const called = define ? 3 : 2
    expect(seen).toEqual({
      outside: null,
      isThen: !define,
      isAwait: !define,
      called,
      isCalledLater: true,
      isThere: true,
    })
  })
