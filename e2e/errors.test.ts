import type { StoredSpan } from '../demo/collector/contract'
import { serveModule } from './support/serveModule'
import type { Lab } from './support/startLab'
import { allSaid, expect, openLab, test } from './support/test'

/** Every recorded error: its words, the span that it is on, and that one's parent. */
function recorded(lab: Lab) {
  const spans = lab.collector.store.spans()
  return spans.flatMap((span) =>
    span.events
      .filter(({ name }) => name === 'exception')
      .map(({ attributes }) => ({
        message: String(attributes['exception.message']),
        span,
        above: spans.find(({ spanId }) => spanId === span.parentSpanId),
      })),
  )
}

const FAILED: Partial<StoredSpan> = { name: 'exception', status: { code: 'error', message: '' }, kind: 'internal' }

test('an error that nobody catches is recorded once, on the span in which it was thrown or below it @engines', async ({
  page,
  lab,
  browserName,
}) => {
  await openLab(page, lab)
  const runs = await page.evaluate(
    async ([path, seeds, alone]) => {
      const { failingRuns } = (await import(path)) as typeof import('./samePage/failingTasks')
      const telemetry = api.startTelemetry({ serviceName: 'errors', instrument: { errors: true } })
      const runs = await failingRuns(seeds, 60, alone)
      await telemetry.shutdown()
      return runs
    },
    [serveModule(lab, 'samePage/failingTasks.ts'), [11], browserName === 'webkit'] as const,
  )
  const wanted = runs.flatMap(({ right }) => Object.entries(right).map(([number, name]) => `number ${number}: ${name}`))
  const got = recorded(lab).map(({ message, span, above }) => {
    const where = span.name === 'exception' ? (above?.name ?? null) : span.name
    return `${message}: ${where}`
  })
  expect(got.sort()).toEqual(wanted.sort())
})

test('one that left a span is on that span alone; one of none has a span of its own, and is no news to the page @engines', async ({
  page,
  lab,
  told,
}) => {
  await openLab(page, lab)
  await page.evaluate(async () => {
    const telemetry = api.startTelemetry({ serviceName: 'errors', instrument: { errors: true } })
    const fail = (error: unknown) => {
      throw error
    }
    setTimeout(() => api.withSpan('leaving', () => fail(new TypeError('left it'))))
    void api.withSpan('rejecting', async () => fail(new RangeError('rejected it')))
    void Promise.reject(new Error('of nobody', { cause: new Error('below') }))
    await api.withSpan('open', async () => {
      setTimeout(() => fail(new SyntaxError('while open')))
      await new Promise((resolve) => setTimeout(resolve, 100))
    })
    for (let i = 0; i < 300; i++) void Promise.reject(null) // one stack
    await new Promise((resolve) => setTimeout(resolve, 100))
    await telemetry.shutdown()
    void Promise.reject(new Error('after the shutdown'))
    await new Promise((resolve) => setTimeout(resolve, 100))
  })
  const found = recorded(lab)
  expect(found.map(({ message, span }) => [message, span.name]).sort()).toEqual([
    ['left it', 'leaving'],
    ['null', 'exception'],
    ['of nobody', 'exception'],
    ['rejected it', 'rejecting'],
    ['while open', 'open'],
  ])
  expect(found.find(({ message }) => message === 'of nobody')?.span).toMatchObject({
    ...FAILED,
    status: { code: 'error', message: 'of nobody' },
    parentSpanId: null,
    attributes: { 'error.type': 'Error' },
    events: [{ attributes: { 'exception.stacktrace': expect.stringContaining('Caused by: Error: below') } }],
  })
  expect(found.find(({ span }) => span.name === 'open')?.span).toMatchObject({
    status: { code: 'error' },
    attributes: { 'error.type': 'SyntaxError' },
  })
  await allSaid(page)
  const ours = told.filter((line) => line.includes('[telemetry]'))
  expect(ours).toEqual([])
})

test('a script of another origin tells no more than "Script error."; a page that is left at once has told it', async ({
  page,
  lab,
}) => {
  const start = `<script type="module" src="/telemetry.min.js" data-service-name="shop" data-instrument-errors="true"></script>`
  const foreign = `<script type="module">
    const failing = document.createElement('script')
    failing.src = '${lab.otherUrl}/lab/throws.js'
    addEventListener('error', () => { location.href = 'about:blank' })
    document.head.append(failing)
  </script>`
  await page.goto(lab.page(start + foreign)).catch(() => {})
  await lab.collector.waitFor(() => recorded(lab).length > 0)
  expect(recorded(lab).map(({ message }) => message)).toEqual([expect.stringMatching(/^Script error/)])
})

test('a ResizeObserver whose work goes on in the next frame is no error @engines', async ({ page, lab }) => {
  await openLab(page, lab)
  const heard = await page.evaluate(async () => {
    const telemetry = api.startTelemetry({ serviceName: 'errors', instrument: { errors: true } })
    const heard: string[] = []
    addEventListener('error', (event) => heard.push(event.message))
    const box = document.body.appendChild(document.createElement('div'))
    const observer = new ResizeObserver(() => {
      box.style.height = `${box.clientHeight + 1}px`
    })
    observer.observe(box)
    await new Promise((resolve) => setTimeout(resolve, 200))
    observer.disconnect()
    await telemetry.shutdown()
    return heard
  })
  expect(heard[0]).toMatch(/^ResizeObserver loop/)
  expect(recorded(lab)).toEqual([])
})
