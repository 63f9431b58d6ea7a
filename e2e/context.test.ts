import { serveModule } from './support/serveModule'
import { expect, openLab, test } from './support/test'
import { expectedLines, told, walkPoints } from './support/walkPoints'

test('the span is current at every point of the list, and never at another flow’s @engines', async ({ page, lab }) => {
  await openLab(page, lab)
  await page.evaluate(() => void api.startTelemetry({ serviceName: 'points' }))
  const results = await walkPoints(page, serveModule(lab, 'contextPoints.ts'))
  expect(told(results)).toEqual(expectedLines(results))
  expect(results.length).toBeGreaterThan(80)
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
