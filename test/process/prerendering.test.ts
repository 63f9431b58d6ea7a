// @vitest-environment node
import { describe, expect, it, vi } from 'vitest'
import { type FakePage, onFreshPages } from '../export/fakePage'
import { plainSpans } from '../export/plainSpan'

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
  page.document.prerendering = true
  page.document.visibilityState = 'hidden'
})

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe.each(['BatchSpanProcessor', 'SimpleSpanProcessor'] as const)('%s on a page that is loaded ahead', (name) => {
  async function start() {
    const sources = await page.load({ hasFetchLater: true })
    const processor = new sources[name](new sources.OTLPExporter())
    return { processor, end: (count: number) => plainSpans(count).forEach((span) => void processor.onEnd(span)) }
  }

  it('sends nothing before it is visited, and arms nothing; then everything', async () => {
    const { processor, end } = await start()
    end(3)
    await pass(60_000)
    expect([page.asked, page.deferred, processor.queued]).toEqual([[], [], 3])
    page.activate()
    await pass(6000)
    expect([page.collector.names, processor.queued, processor.exported]).toEqual([['0', '1', '2'], 0, 3])
  })

  it('that nobody visits leaves without a word', async () => {
    const { processor, end } = await start()
    end(3)
    page.leave(false)
    await pass(1000)
    expect([page.asked, page.deferred]).toEqual([[], []])
    await page.die()
    expect([page.collector.bodies, processor.queued]).toEqual([[], 3])
  })

  it('forceFlush waits for the visit, or ends with its time', async () => {
    const { processor, end } = await start()
    end(1)
    const late = processor.forceFlush(100).catch(String)
    await pass(100)
    expect(await late).toMatch(/1 spans wait/)
    const flushed = processor.forceFlush()
    page.activate()
    await pass(100)
    await flushed
    expect(processor.exported).toBe(1)
  })
})

it('an exporter by itself waits for the visit too', async () => {
  const { OTLPExporter } = await page.load()
  const exported = new OTLPExporter({ compression: 'none' }).export(plainSpans(1))
  await pass(10_000)
  expect(page.asked).toEqual([])
  page.activate()
  await pass(100)
  expect(await exported).toEqual({ code: 'success' })
  expect(page.collector.names).toEqual(['0'])
})
