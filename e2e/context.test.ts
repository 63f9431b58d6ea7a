import { contextTests } from './contextTests'
import { expect, openLab, test } from './support/test'

test.use({ permissions: ['geolocation'], geolocation: { latitude: 48, longitude: 11 } }) // or they would ask a visitor

contextTests(test)

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
