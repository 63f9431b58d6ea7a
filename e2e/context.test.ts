import { contextTests } from './contextTests'
import { serveModule } from './support/serveModule'
import { expect, openLab, test } from './support/test'

test.use({ permissions: ['geolocation'], geolocation: { latitude: 48, longitude: 11 } }) // or they would ask a visitor

contextTests(test)

test('what the browser lets in while a call waits for the visitor or for an answer is in no span @engines', async ({
  page,
  lab,
}) => {
  await openLab(page, lab)
  page.on('dialog', async (dialog) => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    await dialog.dismiss()
  })
  const module = serveModule(lab, 'samePage/waitingCalls.ts')
  const seen = await page.evaluate(async (path) => {
    const { waitingCalls } = (await import(path)) as typeof import('./samePage/waitingCalls')
    api.startTelemetry({ serviceName: 'waiting', processors: [] })
    return waitingCalls()
  }, module)
  expect(Object.keys(seen).length).toBe(16)
  for (const [way, places] of Object.entries(seen))
    expect({ way, ...places }).toEqual({
      way,
      'a message': 'none',
      'behind an await in the listener': 'none',
      'a span of the listener': 'inner',
      'events of a synchronous request': way.startsWith('XMLHttpRequest') ? 'outer' : 'none heard',
      'behind the call': 'outer',
      'a timer of before': 'outer',
      'after all': 'none',
    })
})

test('an animation that runs again by its currentTime is not in the span of its first run @engines', async ({
  page,
  lab,
}) => {
  await openLab(page, lab)
  const seen = await page.evaluate(async () => {
    api.startTelemetry({ serviceName: 'animations', processors: [] })
    const names = new Map<unknown, string>([[undefined, 'none']])
    const inSpan = <T>(name: string, run: () => T) =>
      api.withSpan(name, (span) => {
        names.set(span.getSpanId(), name)
        return run()
      })
    const seen: (string | undefined)[] = []
    const note = () => seen.push(names.get(api.getCurrentSpan()?.getSpanId()))
    const animation = inSpan('first', () => document.body.animate([{ opacity: 0 }, { opacity: 1 }], 5))
    animation.addEventListener('finish', note)
    animation.onfinish = note
    const end = () => new Promise((resolve) => setTimeout(resolve, 100))
    await end()
    inSpan('second', () => {
      animation.currentTime = 0
    })
    await end()
    inSpan('third', () => animation.play())
    await end()
    return seen
  })
  expect(seen).toEqual(['first', 'first', 'none', 'none', 'third', 'third'])
})

test('a generator runs in the span of whoever calls next(), not of whoever made it @engines', async ({ page, lab }) => {
  await openLab(page, lab)
  const seen = await page.evaluate(async () => {
    api.startTelemetry({ serviceName: 'generators', processors: [] })
    const names = new Map<unknown, string>([[undefined, 'none']])
    const inSpan = <T>(name: string, run: () => T) =>
      api.withSpan(name, (span) => {
        names.set(span.getSpanId(), name)
        return run()
      })
    const look = () => names.get(api.getCurrentSpan()?.getSpanId())
    function* plain() {
      for (;;) yield look()
    }
    async function* asynchronous() {
      for (;;) {
        await Promise.resolve()
        yield look()
      }
    }
    const one = inSpan('maker', plain)
    const other = inSpan('maker', asynchronous)
    return [
      inSpan('first', () => one.next().value),
      inSpan('second', () => one.next().value),
      one.next().value,
      (await inSpan('first', () => other.next())).value,
      (await inSpan('second', () => other.next())).value,
    ]
  })
  expect(seen).toEqual(['first', 'second', 'none', 'first', 'second'])
})

test('after shutdown() promises are as they were, and nothing follows', async ({ page, lab }) => {
  await openLab(page, lab)
  const isAsBefore = await page.evaluate(async () => {
    const descriptors = () =>
      [
        Object.getOwnPropertyDescriptor(Promise.prototype, 'then'),
        Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor'),
        Object.getOwnPropertyDescriptor(Promise, 'resolve'),
      ].flatMap((descriptor) => [descriptor?.value, descriptor?.get, descriptor?.writable, descriptor?.enumerable])
    const before = descriptors()
    const telemetry = api.startTelemetry()
    await api.withSpan('work', async () => await fetch('/lab/echo'))
    const during = descriptors()
    await telemetry.shutdown()
    const after = descriptors()
    return {
      changed: during.some((value, index) => value !== before[index]),
      restored: after.every((value, index) => value === before[index]),
      span: api.getCurrentSpan(),
    }
  })
  expect(isAsBefore).toEqual({ changed: true, restored: true, span: null })
})
