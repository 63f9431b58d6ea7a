// @vitest-environment node
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import { pageAfter, pass, startOn, startReady } from '../export/exporterOnPage'
import { FakePage, type Fate, onFreshPages } from '../export/fakePage'
import { plainSpan } from '../export/plainSpan'

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
})

const ELSEWHERE = 'https://collector.test/v1/traces'
const lanes = () => page.asked.map(({ lane }) => lane)
/** Nobody answers, though the body is there after 5 ms. */
const SILENT: Fate = { there: 5, after: null }

/** A page whose database is open, with a processor that waits until it is told. */
const start = (options: OTLPExporterOptions = {}) => startReady(page, options)

async function nextPage(): Promise<void> {
  page = await pageAfter(page)
}

const exits: [what: string, leave: () => void, ownLane: string][] = [
  ['hides', () => page.hide(), 'keepalive'],
  ['is left for good', () => page.leave(false), 'beacon'],
  ['is put aside', () => page.leave(true), 'beacon'],
]

describe.each(exits)('a page that %s', (_what, leave, ownLane) => {
  it('while a body is packed sends it on the same stack, once', async () => {
    const { end, send } = await start()
    end(20, 200)
    send()
    expect(lanes()).toEqual([]) // it is packed
    leave()
    expect(lanes()).toEqual([ownLane])
    await pass(1000)
    expect([lanes(), page.collector.times.size]).toEqual([[ownLane], 20])
  })

  it('while a body is packed for another origin sends it raw, once', async () => {
    const { end, send } = await start({ endpoint: ELSEWHERE, compression: 'gzip' })
    end(20, 200)
    send()
    leave()
    expect(page.asked.map(({ lane, headers }) => [lane, headers['content-encoding']])).toEqual([
      ['keepalive', undefined],
    ])
    await pass(1000)
    expect([page.asked.length, page.collector.times.size]).toEqual([1, 20])
  })

  it('while a body is packed takes the answer for one to the raw body', async () => {
    page.fate = ({ headers }) => (headers['content-type'] === 'application/json' ? {} : { status: 415, after: 50 })
    const { end, send } = await start({ endpoint: ELSEWHERE, compression: 'gzip' })
    end(20, 200)
    send()
    leave()
    await pass(1000)
    const types = page.asked.map(({ headers }) => headers['content-type'])
    expect([types, page.collector.times.size]).toEqual([['application/x-protobuf', 'application/json'], 20])
  })

  it('while headers are awaited sends with the last known ones, once', async () => {
    const answers: ((headers: Record<string, string>) => void)[] = []
    const headers = () => new Promise<Record<string, string>>((resolve) => answers.push(resolve))
    const { end, send } = await start({ headers })
    answers[0]!({ token: 'known' })
    await pass(0)
    end(3)
    send()
    leave()
    expect(page.asked.map(({ lane, headers }) => [lane, headers.token])).toEqual([['keepalive', 'known']])
    answers.at(-1)!({ token: 'late' })
    await pass(1000)
    expect([page.asked.length, page.collector.times.size]).toEqual([1, 3])
  })

  it('before headers were known for the first time keeps what needs them; the next page sends it with them', async () => {
    let answer = (_headers: Record<string, string>) => {}
    const headers = () =>
      new Promise<Record<string, string>>((resolve) => {
        answer = resolve
      })
    const { end, send } = await start({ headers })
    await pass(6000) // the outbox is open
    end(3)
    send()
    leave()
    await pass(100)
    expect(page.asked.length).toBe(0)
    const { collector, site } = page
    await page.die()
    page = new FakePage(collector, site)
    await start({ headers })
    answer({ token: 'known' })
    await pass(10_000)
    expect(page.asked.map((request) => request.headers['token'])).toEqual(['known'])
    expect([...collector.times.values()]).toEqual([1, 1, 1])
  })

  it('while a request is under way that survives leaves it alone', async () => {
    page.fate = () => ({ there: 50, after: 60 })
    const { end, send } = await start()
    end(3)
    send()
    await pass(1)
    leave()
    await pass(1000)
    expect([lanes(), page.collector.times.size]).toEqual([['keepalive'], 3])
  })

  it('with nothing to say says nothing', async () => {
    await start()
    leave()
    await pass(1000)
    expect(page.asked).toEqual([])
  })

  it('sends all that waits on the same stack, in bodies that fit', async () => {
    const { end } = await start()
    end(100, 400)
    leave()
    expect(lanes().every((lane) => lane === ownLane)).toBe(true)
    await pass(1)
    expect(page.collector.times.size).toBe(100)
  })
})

describe('a backlog', () => {
  const FOUR_BATCHES_AND_A_REST = 4 * 60 + 10
  const UNITS = 400 // 100,000 in all: raw they would not fit
  /** The first batch is under way, those behind it are complete and compressed; the last spans wait as they are. */
  async function startBacklog(options: OTLPExporterOptions = {}) {
    page.fate = () => ({ there: 50, after: 60 })
    const started = await startOn(page, options, { maxExportBatchSize: 60 })
    await pass(3000)
    started.end(FOUR_BATCHES_AND_A_REST, UNITS)
    await pass(10)
    return started
  }
  /** Counts the spans of each body that is encoded from now on. */
  function watchEncoder(): number[] {
    const counts: number[] = []
    vi.doMock(import('../../src/wire/otlpProtobuf'), async (original) => {
      const { encodeOtlpProtobuf } = await original()
      return {
        encodeOtlpProtobuf(spans, note) {
          if (note?.length) counts.push(spans.length) // else a span is measured
          return encodeOtlpProtobuf(spans, note)
        },
      }
    })
    onTestFinished(() => vi.doUnmock('../../src/wire/otlpProtobuf'))
    return counts
  }
  const asked = () => page.asked.map(({ lane, headers }) => `${lane} ${headers['content-encoding'] ?? 'raw'}`)

  it.each(exits)(
    'is encoded before the page %s but for the last batch, which was not complete',
    async (_what, leave) => {
      const encoded = watchEncoder()
      await startBacklog()
      expect(encoded.splice(0)).toEqual([60, 60, 60, 60])
      leave()
      expect(encoded.splice(0)).toEqual([10])
      await pass(1000)
      expect([encoded, page.collector.times.size]).toEqual([[], FOUR_BATCHES_AND_A_REST])
    },
  )

  it.each(exits)(
    'that was compressed in time leaves by keepalive fetch when the page %s, and the raw rest as ever',
    async (_what, leave, ownLane) => {
      const { processor } = await startBacklog()
      expect(asked()).toEqual(['keepalive gzip'])
      leave()
      expect(asked()).toEqual([...Array(4).fill('keepalive gzip'), `${ownLane} raw`])
      expect(processor.stored).toBe(0)
      await page.die()
      expect([...page.collector.times.values()]).toEqual(Array(FOUR_BATCHES_AND_A_REST).fill(1))
    },
  )

  it.each(exits)(
    'that was compressed in time leaves by keepalive fetch to another origin when the page %s, and so does the raw rest',
    async (_what, leave) => {
      await startBacklog({ endpoint: ELSEWHERE, compression: 'gzip' })
      leave()
      expect(asked()).toEqual([...Array(4).fill('keepalive gzip'), 'keepalive raw'])
      await page.die()
      expect([...page.collector.times.values()]).toEqual(Array(FOUR_BATCHES_AND_A_REST).fill(1))
    },
  )
})

describe('a request that would die with its page', () => {
  async function startLarge() {
    page.fate = () => SILENT
    const started = await start({ compression: 'none' })
    started.end(1, 50_000)
    started.send()
    await pass(1)
    expect(lanes()).toEqual(['fetch'])
    return started
  }

  it('is handed over when the page is left for good, and arrives once', async () => {
    await startLarge()
    page.leave(false)
    expect(lanes()).toEqual(['fetch', 'beacon'])
    await nextPage()
    expect([...page.collector.times.values()]).toEqual([1])
  })

  it('is one at a time: what was held behind it leaves by a lane of the exit, and all arrives once', async () => {
    page.fate = () => ({ there: null, after: null })
    const { end, send, exporter } = await start({ compression: 'none' })
    end(1, 50_000)
    send()
    void exporter.export([
      plainSpan({ name: 'held', spanId: 'f'.repeat(16), attributes: { text: 'x'.repeat(45_000) } }),
    ])
    await pass(1)
    expect(lanes()).toEqual(['fetch'])
    page.fate = () => ({})
    page.leave(false)
    await nextPage()
    expect([...page.collector.times.values()]).toEqual([1, 1])
  })

  it('is kept beside it when the page hides: the next page sends it when this one dies', async () => {
    page.fate = () => ({ there: null, after: null })
    const { end, send } = await start({ compression: 'none' })
    end(1, 50_000)
    send()
    await pass(1)
    page.hide()
    await pass(100)
    await nextPage()
    expect([...page.collector.times.values()]).toEqual([1])
  })

  it('is forgotten when the page returns', async () => {
    await startLarge()
    page.hide()
    await pass(1)
    page.show()
    await pass(100)
    page.leave(true)
    await nextPage()
    expect(page.collector.bodies.length).toBeLessThanOrEqual(2)
    expect(page.collector.unheard.size).toBe(1)
  })

  it('is forgotten when it is answered while the page is hidden', async () => {
    page.fate = () => ({ there: 5, after: 50 })
    const { end, send, processor } = await start({ compression: 'none' })
    end(1, 50_000)
    send()
    await pass(1)
    page.hide()
    await pass(200)
    expect(processor.exported).toBe(1)
    await nextPage()
    expect([...page.collector.times.values()]).toEqual([1])
  })
})

describe('a page whose database is still being opened', () => {
  let texts: Map<string, string>
  beforeEach(() => {
    texts = new Map()
  })

  async function leaveAfter(ms: number): Promise<number> {
    page.goOnline(false)
    vi.spyOn(page.site.indexedDB!, 'open').mockReturnValue(new EventTarget() as IDBOpenDBRequest)
    const { end } = await startOn(page)
    vi.stubGlobal('localStorage', { length: 0, setItem: (name: string, text: string) => texts.set(name, text) })
    end(1)
    await pass(ms)
    page.leave(false)
    return texts.size
  }

  it('leaves what cannot go in local storage', async () => {
    expect(await leaveAfter(1000)).toBe(1)
  })

  it('does not when it has been opened for three seconds: others could not read it either', async () => {
    expect(await leaveAfter(5000)).toBe(0)
  })
})
