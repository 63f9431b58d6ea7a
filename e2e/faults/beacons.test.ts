import { endSpans, expectOnce, exportAt, flush, openPage, sentences, turn } from './supportPage'
import { expect, test } from './supportTest'

test('beacon: always leaves by beacon while the page lives, and at its end', async ({ page, collector }) => {
  const types: string[] = []
  page.on('request', (request) => request.url() === collector.endpoint && types.push(request.resourceType()))
  await openPage(page, collector, { beacon: 'always', compression: 'none' })
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  await turn(page, 'hidden')
  await expectOnce(collector, ['a', 'b'])
  expect(types).toEqual(['ping', 'ping'])
})

test('beacon: never leaves by fetch at the end of the page', async ({ page, collector }) => {
  const types: string[] = []
  page.on('request', (request) => request.url() === collector.endpoint && types.push(request.resourceType()))
  await openPage(page, collector, { beacon: 'never' })
  await endSpans(page, 'a')
  await turn(page, 'hidden')
  await expectOnce(collector, ['a'])
  expect(types).toEqual(['fetch'])
})

test('beacon: never survives a closed tab @engines', async ({ page, collector }) => {
  await openPage(page, collector, { beacon: 'never' })
  await endSpans(page, 'a')
  await page.close()
  await expectOnce(collector, ['a'])
})

test('a beaconEndpoint has the token in its query, where a fetch has the header @engines', async ({
  page,
  collector,
}) => {
  await openPage(page, collector, {
    headers: { 'x-api-key': 'secret' },
    beaconEndpoint: '/v1/traces?token=secret',
  })
  await endSpans(page, 'a')
  await flush(page)
  await endSpans(page, 'b')
  await page.close()
  await expectOnce(collector, ['a', 'b'])
  expect(collector.exports().map(({ path, headers }) => [path, headers['x-api-key']])).toEqual([
    ['/v1/traces', 'secret'],
    ['/v1/traces?token=secret', undefined],
  ])
})

for (const encoding of ['protobuf', 'json'] as const)
  test(`a text/plain beacon of ${encoding} to another origin is not asked for first @engines`, async ({
    page,
    collector,
  }) => {
    // The proxy of README sets the type right again.
    collector.always({ textPlain: encoding === 'json' ? 'application/json' : 'application/x-protobuf' })
    await openPage(page, collector, {
      endpoint: collector.otherEndpoint,
      beaconContentType: 'text/plain',
      ...(encoding === 'json' && { encoding }), // the other is the default
    })
    await flush(page) // until the second part is there bodies are JSON: for the proxy these would be protobuf
    await endSpans(page, 'a')
    await page.close()
    await expectOnce(collector, ['a'])
    expect(collector.preflights()).toEqual([])
    expect(exportAt(collector, 0).contentType).toBe('text/plain')
  })

test('a collector that allows every origin gets what leaves with a closed tab', async ({ page, collector }) => {
  collector.always({ cors: 'any' }) // a beacon carries credentials: browsers would drop it here
  await openPage(page, collector, { endpoint: collector.otherEndpoint })
  await endSpans(page, 'a')
  await page.close()
  await expectOnce(collector, ['a'])
})

for (const [what, script] of Object.entries({
  refuses: 'navigator.sendBeacon = () => false',
  throws: 'navigator.sendBeacon = () => { throw new Error("blocked") }',
  'is missing': 'delete Navigator.prototype.sendBeacon',
}))
  test(`where sendBeacon ${what} another way takes its place`, async ({ page, collector, told }) => {
    await openPage(page, collector, {}, `<script>${script}</script>`)
    await endSpans(page, 'a')
    await page.close()
    await expectOnce(collector, ['a'])
    expect(sentences(told)).toEqual([])
  })
