// @vitest-environment node
import { describe, expect, it, vi } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import { pass, startReady } from '../export/exporterOnPage'
import { type FakePage, onFreshPages } from '../export/fakePage'

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
})

const ELSEWHERE = 'https://collector.test/v1/traces'
const names = () => page.collector.names

/** A page whose database is open, with a processor that waits until it is told. */
const start = (options: OTLPExporterOptions = {}) => startReady(page, options)

describe('beacons with an endpoint and a type of their own', () => {
  it('carry the token in the URL and need no preflight', async () => {
    const { end } = await start({
      endpoint: ELSEWHERE,
      headers: { authorization: 'Bearer t' },
      beaconEndpoint: `${ELSEWHERE}?token=t`,
      beaconContentType: 'text/plain',
    })
    page.hide()
    const take = vi.spyOn(page.collector, 'take').mockImplementation(() => [] as never)
    end(1)
    const incoming = take.mock.calls[0]?.[0]
    expect(incoming).toMatchObject({
      lane: 'beacon',
      url: `${ELSEWHERE}?token=t`,
      headers: { 'content-type': 'text/plain' },
    })
  })
})

describe('a fetch of the user', () => {
  it('gets every request with its credentials, also at an exit: no beacon passes beside it', async () => {
    const own = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(async () => new Response())
    const { end, send } = await start({ fetch: own as never, credentials: 'include' })
    end(1)
    send()
    await pass(10)
    page.leave(false)
    end(1)
    expect(own.mock.calls.map(([url, { credentials, keepalive }]) => [url, credentials, keepalive])).toEqual([
      ['https://shop.test/v1/traces', 'include', true],
      ['https://shop.test/v1/traces', 'include', true],
    ])
    expect(page.asked).toEqual([])
  })
})

describe('consent', () => {
  it('without it nothing touches the database, and what cannot leave waits in memory', async () => {
    let isGiven = false
    const open = vi.spyOn(page.site.indexedDB!, 'open')
    page.goOnline(false)
    const { end, processor, send } = await start({ outbox: { consent: () => isGiven } })
    end(2)
    send()
    await pass(1000)
    expect([open.mock.calls.length, processor.stored]).toEqual([0, 2])
    isGiven = true
    end(1)
    send()
    await pass(1000)
    expect(open.mock.calls.length).toBeGreaterThan(0)
    page.goOnline(true)
    await pass(1000)
    expect([names().sort(), processor.stored]).toEqual([['1', '2', '3'], 0])
  })

  it('outbox: false never stores', async () => {
    const open = vi.spyOn(page.site.indexedDB!, 'open')
    page.goOnline(false)
    const { end } = await start({ outbox: false })
    end(2)
    page.hide()
    page.leave(false)
    await pass(1000)
    expect(open).not.toHaveBeenCalled()
  })
})

it('clearOutbox forgets what is stored, and counts it once', async () => {
  page.goOnline(false)
  const { end, processor, send, drops } = await start()
  end(3)
  send()
  await pass(100)
  expect(processor.stored).toBe(3)
  const cleared = processor.clearOutbox()
  await pass(100)
  await cleared
  expect([processor.stored, drops]).toEqual([0, ['3 outbox_cleared']])
  page.goOnline(true)
  end(1)
  await pass(10_000)
  expect([names(), page.collector.bodies[0]!.dropped]).toEqual([['4'], { outbox_cleared: 3 }])
})
