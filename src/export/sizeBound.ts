import type { AttributeList } from '../trace/attributes'
import type { RecordingSpan } from '../trace/recordingSpan'

/** What one syntax needs at the most, in bytes. */
export interface SizeBounds {
  /** For a span by itself: ids, times, kind, flags, status and counts. */
  readonly span: number
  /** For an event, an attribute or an item of a list, and half of a link; strings aside. */
  readonly record: number
  /** For one UTF-16 unit of a string. */
  readonly unit: number
}

// Strings count by their length: to look at each character would cost more than to encode it. Three bytes a unit is UTF-8 at
// its longest; in JSON a control character is written as six.
export const PROTOBUF_BOUNDS: SizeBounds = { span: 130, record: 40, unit: 3 }
export const JSON_BOUNDS: SizeBounds = { span: 560, record: 120, unit: 6 }

/** What a span encodes to at the most, for a fraction of what encoding costs. */
export function sizeBound(span: RecordingSpan, bounds: SizeBounds): number {
  let units = span.name.length + (span.traceState?.length ?? 0) + (span.status.description?.length ?? 0)
  let records = 0
  const attributes = (list: AttributeList | null) => {
    if (list === null) return
    const { items } = list
    records += items.length >> 1
    for (let i = 0; i < items.length; i++) {
      const item = items[i]
      if (typeof item === 'string') units += item.length
      else if (typeof item === 'object') value(item)
      else if (typeof item === 'bigint') units += 20
    }
  }
  const value = (item: unknown): void => {
    records++
    if (typeof item === 'string') units += item.length
    else if (typeof item === 'bigint') units += 20
    else if (item instanceof Uint8Array) units += item.length
    else if (Array.isArray(item)) for (const inner of item) value(inner)
    else if (typeof item === 'object' && item !== null)
      for (const [key, inner] of Object.entries(item)) {
        units += key.length
        value(inner)
      }
  }
  attributes(span.list)
  for (const event of span.events) {
    records++
    units += event.name.length
    attributes(event.list)
  }
  for (const { context, attributes: own } of span.links) {
    records += 2
    units += stateLength(context.traceState)
    value(own)
  }
  return bounds.span + records * bounds.record + units * bounds.unit
}

function stateLength(state: unknown): number {
  return typeof state === 'string' ? state.length : 512 // the longest that the specification has everybody carry
}
