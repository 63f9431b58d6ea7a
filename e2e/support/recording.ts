import type { Page } from '@playwright/test'
import type { SpanProcessor } from '../../src/process/processor'
import type { Span } from '../../src/trace/span'
import type { Lab } from './startLab'
import { openLab } from './test'

/** Options that can be written as JSON: they travel into the page. */
type PlainOptions = Readonly<Record<string, unknown>>

declare global {
  /** In a page that `openRecording` opened: the spans that have ended, in the order of their ends. */
  var ended: () => Promise<readonly RecordedSpan[]>
}

/** What a test asks of a span. */
interface RecordedSpan {
  readonly name: string
  readonly kind: string
  readonly parent: string | null
  readonly spanId: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: string
}

/** Opens a page that traces into its memory. */
export async function openRecording(page: Page, lab: Lab, options: PlainOptions = {}, before = ''): Promise<void> {
  await openLab(page, lab, before)
  await page.evaluate((given) => {
    const spans: Span[] = [] // the file for script tags has no InMemoryExporter
    const keep: SpanProcessor = {
      onStart() {},
      onEnd: (span) => void spans.push(span),
      forceFlush: async () => {},
      shutdown: async () => {},
    }
    api.startTelemetry({ serviceName: 'recording', processors: [keep], ...(given as object) })
    globalThis.ended = async () => {
      // A span of a request may end a microtask after the page's own callback.
      await new Promise((resolve) => setTimeout(resolve))
      return spans.map(({ name, kind, parentSpanId, spanId, attributes, status }) => ({
        name,
        kind,
        parent: spans.find((other) => other.spanId === parentSpanId)?.name ?? parentSpanId,
        spanId,
        attributes,
        status: status.code,
      }))
    }
  }, options)
}
