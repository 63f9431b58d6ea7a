import type { ViewedSpan } from '../../demo/viewer/model/viewedSpan'
import { readSpans } from '../../demo/viewer/model/viewedSpan'

/** The collector's JSON of one span, with what a test does not care about filled in. */
function spanJson(part: Record<string, unknown>): Record<string, unknown> {
  return {
    traceId: 't',
    spanId: 'a',
    parentSpanId: null,
    name: 'work',
    kind: 'internal',
    service: 'shop',
    resource: {},
    scope: { name: '', version: '' },
    startTime: 1000,
    endTimeUnixNano: '1010000000',
    duration: 10,
    attributes: {},
    events: [],
    links: [],
    status: { code: 'unset', message: '' },
    ...part,
  }
}

export function spansOf(...parts: Record<string, unknown>[]): ViewedSpan[] {
  return readSpans({ spans: parts.map(spanJson) })
}

export function spanOf(part: Record<string, unknown> = {}): ViewedSpan {
  return spansOf(part)[0]!
}
