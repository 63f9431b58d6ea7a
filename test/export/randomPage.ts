import { afterEach, beforeEach, vi } from 'vitest'
import type { OTLPExporterOptions } from '../../src/export/exporterOptions'
import type { DropReason } from '../../src/trace/api'
import { DEFAULT_LIMITS } from '../../src/trace/limits'
import type { RecordingSpan } from '../../src/trace/recordingSpan'
import { alwaysOn } from '../../src/trace/sampler'
import type { Random } from '../support/random'
import { catchReports } from '../support/reports'
import type { FakeCollector, Incoming } from './fakeCollector'
import { FakePage, type Fate, type Site } from './fakePage'
import { RESOURCE, SCOPE } from './plainSpan'

const PAUSES = [0, 1, 2, 4, 10, 300, 3000, 12_000]
export const ENDPOINTS = ['/v1/traces', 'https://collector.test/v1/traces']

/** Of the plays. `SEEDS=500 SEED=1000` runs others. */
export const seeds = Array.from(
  { length: Number(process.env.SEEDS ?? 20) },
  (_, i) => i + Number(process.env.SEED ?? 1),
)

/** One page that is traced, with everything that ended on it. */
export interface Run {
  readonly page: FakePage
  readonly random: Random
  readonly started: Set<string>
  readonly ended: Set<string>
  readonly dropped: Partial<Record<DropReason, number>>
  readonly processor: InstanceType<Awaited<ReturnType<FakePage['load']>>['BatchSpanProcessor']>
  readonly log: string[]
  start(): void
  end(units: number): void
  endOpen(): void
  /** As `clearOutbox()` of a telemetry. */
  clear(): Promise<void>
}

export async function begin(
  random: Random,
  collector: FakeCollector,
  site: Site,
  endpoint = random.pick(ENDPOINTS),
  options: OTLPExporterOptions = {},
  secondPart: (() => Promise<unknown>) | null = null,
): Promise<Run> {
  const page = new FakePage(collector, site)
  vi.spyOn(Math, 'random').mockImplementation(random.next)
  const sources = await page.load({ hasFetchLater: random.next() < 0.5, secondPart })
  const ids = new Set<string>()
  const ended = new Set<string>()
  const dropped: Run['dropped'] = {}
  const open = new sources.OpenSpans()
  const exporter = new sources.OTLPExporter({
    endpoint,
    encoding: random.pick(['protobuf', 'protobuf', 'json'] as const),
    compression: random.pick(['auto', 'gzip', 'none'] as const),
    beacon: random.pick(['auto', 'auto', 'always', 'never'] as const),
    headers: random.pick([undefined, { a: 'b' }, () => ({ a: 'b' }), async () => ({ a: 'b' })]),
    ...options,
  })
  const processor = new sources.BatchSpanProcessor(exporter, {
    maxQueueSize: random.pick([50, 500, 2048]),
    scheduledDelay: random.pick([100, 1000, 5000]),
    maxSpansPerMinute: random.pick([Infinity, Infinity, 200]),
  })
  processor.reportDrops((count, reason) => {
    dropped[reason] = (dropped[reason] ?? 0) + count
  })
  const host = {
    detachAfter: Infinity,
    loose: null,
    early: null,
    page: null,
    resource: RESOURCE,
    limits: DEFAULT_LIMITS,
    sampler: alwaysOn(),
    spanKey: Symbol('test'),
    shared: () => null,
    started(span: RecordingSpan) {
      ids.add(span.spanId)
      open.add(span)
    },
    ended: (span: RecordingSpan) => {
      ended.add(span.spanId)
      if (open.remove(span)) processor.keep(open.snapshot())
      processor.onEnd(span)
    },
  }
  sources.onPageHide('collect', (final) => {
    if (final) open.endAll()
    processor.keep(open.snapshot())
  })
  sources.onPageShown(() => open.forget())
  const maker = new sources.SpanMaker(host, SCOPE)
  const started: ReturnType<typeof maker.startSpan>[] = []
  const start = () => void started.push(maker.startSpan(`open ${started.length}`, { parent: null }))
  return {
    page,
    random,
    started: ids,
    ended,
    dropped,
    processor,
    log: [],
    start,
    end: (units) => maker.startSpan('work', { parent: null, attributes: { text: 'x'.repeat(units) } }).end(),
    endOpen() {
      const span = started.splice(random.below(started.length || 1), 1)[0]
      if (span?.isRecording()) span.end()
    },
    clear() {
      open.changeUser()
      return processor.clearOutbox()
    },
  }
}

const WEATHERS: Record<string, (random: Random) => Fate> = {
  good: () => ({}),
  slow: (random) => ({ there: random.below(3000), after: 3000 + random.below(20_000) }),
  down: () => ({ there: null, after: 5, status: 0 }),
  'answers lost': () => ({ there: 1, after: 5, status: 0 }),
  silent: (random) => ({ there: random.pick([null, 5]), after: null }),
  busy: (random) => ({ there: 1, after: 3, status: random.pick([429, 502, 503, 504]), headers: retryAfter(random) }),
  refusing: (random) => ({ there: 1, after: 3, status: random.pick([400, 401, 404, 500]) }),
  partial: (random) => partial(1 + random.below(3)),
}

function retryAfter(random: Random): Record<string, string> {
  return random.pick<Record<string, string>>([{}, { 'retry-after': '2' }, { 'retry-after': '0' }])
}

function partial(rejected: number): Fate {
  return { rejected, body: JSON.stringify({ partialSuccess: { rejectedSpans: String(rejected) } }) }
}

/** A collector with its own limits, under a weather that changes. */
function networkOf(random: Random): { fate(incoming: Incoming): Fate; change(weather?: string): string } {
  const largest = random.pick([Infinity, Infinity, 5000])
  const takesProtobuf = random.next() < 0.8
  const takesGzip = random.next() < 0.7
  let weather = 'good'
  return {
    change(to = random.pick(Object.keys(WEATHERS))) {
      weather = to
      return weather
    },
    fate({ bytes, headers }) {
      if (headers['content-encoding'] && !takesGzip) return { status: random.pick([415, 400]) }
      if (headers['content-type'] === 'application/x-protobuf' && !takesProtobuf) return { status: 415 }
      if (bytes.length > largest) return { status: 413 }
      return WEATHERS[weather]!(random)
    },
  }
}

/** Does things at random; under a `weather` that stays, or one that changes. */
export async function live(
  run: Run,
  steps: number,
  weather?: string,
  more: Record<string, () => unknown> = {},
): Promise<void> {
  const { page, random, log } = run
  const network = networkOf(random)
  if (!weather) page.fate = network.fate
  const isHidden = () => page.document.visibilityState === 'hidden'
  const acts: Record<string, () => unknown> = {
    'end one': () => run.end(random.below(2000)),
    'end many': () => {
      for (let i = random.below(80); i >= 0; i--) run.end(random.below(1000))
    },
    'end a giant': () => run.end(random.pick([20_000, 61_000, 70_000])),
    start: () => run.start(),
    'end open': () => run.endOpen(),
    weather: () => void log.push(network.change(weather)),
    'hide or show': () => (isHidden() ? page.show() : page.hide()),
    'there and back': async () => {
      page.leave(true)
      await vi.advanceTimersByTimeAsync(random.pick(PAUSES))
      page.comeBack()
    },
    'freeze and resume': async () => {
      if (!isHidden()) return
      page.freeze()
      await vi.advanceTimersByTimeAsync(random.pick(PAUSES))
      page.resume()
    },
    'on- or offline': () => page.goOnline(!page.navigator.onLine),
    'others spend': () => {
      page.othersSpend = weather ? 0 : random.pick([0, 30_000, 64_000])
    },
    flush: () => void run.processor.forceFlush().catch(() => {}),
    ...more,
  }
  for (let step = 0; step < steps; step++) {
    const name = random.pick(Object.keys(acts))
    log.push(name)
    await acts[name]!()
    if (random.next() < 0.6) await vi.advanceTimersByTimeAsync(random.pick(PAUSES))
  }
}

export const lostOf = ({ ended, page }: Run) => [...ended].filter((id) => !page.collector.times.has(id))
export const sum = (counts: object) => Object.values(counts).reduce((total: number, count: number) => total + count, 0)
/** Spans that came more than once though the page could know what had become of them. */
export const doubled = ({ times, unheard }: FakeCollector) => [...times].filter(([id, n]) => n > 1 && !unheard.has(id))

/** A number in a sequence stands for one span. */
export function misnumbered({ bodies }: FakeCollector): string[] {
  const found = new Map<string, string>()
  return bodies.flatMap(({ ids, pageView, sequence }) =>
    ids.flatMap((id, i) => {
      const number = `${pageView} ${sequence + i}`
      const before = found.get(number) ?? id
      found.set(number, id)
      return before === id ? [] : [`${sequence + i} is ${before} and ${id}`]
    }),
  )
}

/** The collector works, the network is there, and the page is looked at, for longer than the pace ever waits. */
export async function calmDown(page: FakePage, ms = 400_000): Promise<void> {
  page.fate = () => ({})
  page.othersSpend = 0
  page.goOnline(true)
  page.comeBack()
  await vi.advanceTimersByTimeAsync(ms)
}

/** For a test file: every play in fake time, its sentences caught, and nothing of it left to the next. */
export function playInFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers()
    catchReports()
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })
}
