import { newTraceId } from '../lib/ids'
import { isExiting } from '../lib/pageLife'
import { report } from '../lib/report'
import type { DropReason } from '../trace/api'
import { RecordingSpan } from '../trace/recordingSpan'
import type { Span } from '../trace/span'
import type { KnownHeaders } from './headers'
import type { StoredBatch } from './kept'
import type { Body } from './lanes'
import type { BatchNote } from './otlpValues'
import { JSON_BOUNDS, PROTOBUF_BOUNDS, type SizeBounds, sizeBound } from './sizeBound'

/** The attribute with the number of spans of a page view that were sealed before those of a body. */
export const SEQUENCE_KEY = 'codomyrmex.sequence'

/** The syntax of OTLP. */
export type Encoding = 'protobuf' | 'json'

/** The content type of OTLP/JSON. */
export const JSON_TYPE = 'application/json'

/** Tells the syntax of a body that was sealed here, now or on an earlier page. */
export function isJson({ contentType }: { readonly contentType: string }): boolean {
  return contentType === JSON_TYPE
}

/** How spans become bytes. */
export interface Syntax {
  readonly contentType: string
  encode(spans: readonly Span[], note: BatchNote): Uint8Array<ArrayBuffer>
}

/** Spans as one request body. */
export interface Sealed {
  readonly spans: readonly Span[]
  /** Spans of this page view that were sealed before these. */
  readonly sequence: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
}

/** To be sent, as it is known now what goes with it. */
export function bodyOf({ bytes, contentType }: Sealed, headers: KnownHeaders): Body {
  return { bytes, contentType, contentEncoding: null, headers: headers.current() }
}

/** To be stored. */
export function batchOf({ bytes, contentType, spans }: Sealed, endpoint: string): StoredBatch {
  return { endpoint, bytes, contentType, contentEncoding: null, count: spans.length }
}

/**
 * Turns spans into request bodies, and numbers them: every body says on its resource which page view it is of, how many of its
 * spans went before, and how many were dropped and why, so that whoever reads the collector can tell the loss exactly.
 */
export class Sealer {
  private next = 0
  private readonly atExit = new WeakMap<Span, Sealed[]>() // by the first of the spans
  private pageView: string | null = null
  private bytesOfOne = 1 // span, in the last body
  private readonly bounds: SizeBounds
  private readonly drops: Partial<Record<DropReason, number>> = {}

  /** `encoding`: what most bodies will be in, for the sizes. Until `use` is called they are in the `syntax` that is given. */
  constructor(
    encoding: Encoding,
    private syntax: Syntax,
  ) {
    this.bounds = encoding === 'json' ? JSON_BOUNDS : PROTOBUF_BOUNDS
  }

  /** What the span encodes to at the most. */
  sizeOf(span: Span): number {
    if (span instanceof RecordingSpan) return sizeBound(span, this.bounds)
    try {
      return this.syntax.encode([span], []).length
    } catch {
      return 0 // it is left out when it is sealed
    }
  }

  noteDrops(count: number, reason: DropReason): void {
    this.drops[reason] = (this.drops[reason] ?? 0) + count
  }

  /** Whatever is sealed from now on is in that syntax. False when it was already. */
  use(syntax: Syntax): boolean {
    const isNews = this.syntax !== syntax
    this.syntax = syntax
    return isNews
  }

  /**
   * The spans as bodies of at most `limit()` bytes, asked before each, without those that cannot be encoded; a span that is larger by itself
   * gets one of its own. At an exit the same spans give the same bodies: its first handler may not have come to its end.
   */
  *seal(spans: readonly Span[], limit: () => number): Generator<Sealed> {
    const known = this.knownAtExit(spans)
    yield* known.slice()
    const [last] = known.slice(-1).flatMap((sealed) => sealed.spans.slice(-1))
    for (const sealed of this.cut(last ? spans.slice(spans.indexOf(last) + 1) : spans, limit, this.next, true)) {
      this.next = sealed.sequence + sealed.spans.length
      known.push(sealed)
      yield sealed
    }
  }

  private knownAtExit(spans: readonly Span[]): Sealed[] {
    const [first] = spans
    if (!first || !isExiting()) return []
    const known = this.atExit.get(first) ?? []
    this.atExit.set(first, known)
    return known
  }

  /** The same spans again, in the syntax of now and in bodies of at most `limit` bytes, with the numbers they had. */
  reseal({ spans, sequence }: Sealed, limit: number): Generator<Sealed> {
    return this.cut(spans, () => limit, sequence, true)
  }

  /**
   * As many from the front as fit `limit`, without counting them: for what may be sent in the place of a later body. Spans that
   * are still open are not numbered: they will have their numbers when they end.
   */
  draft(spans: readonly Span[], limit: number, isNumbered: boolean): Sealed | null {
    const [first] = this.cut(spans, () => limit, this.next, isNumbered)
    return first ?? null
  }

  private *cut(spans: readonly Span[], limit: () => number, sequence: number, isNumbered: boolean): Generator<Sealed> {
    const { contentType } = this.syntax
    for (let rest = spans, at = sequence; rest.length > 0; ) {
      let encoded: { bytes: Uint8Array<ArrayBuffer>; count: number }
      try {
        encoded = this.encodeWithin(rest, limit(), isNumbered ? at : null)
      } catch {
        const good = this.encodable(rest)
        rest = good.length < rest.length ? good : [] // else they fail only together, and would for ever
        continue
      }
      const { bytes, count } = encoded
      yield { spans: rest.slice(0, count), sequence: at, bytes, contentType }
      rest = rest.slice(count)
      at += count
    }
  }

  /**
   * As many spans from the front as fit `limit` bytes; one that is larger by itself goes alone. At an exit the body before tells how many
   * that may be: to encode all that is left each time would take longer than a page has that is left.
   */
  private encodeWithin(spans: readonly Span[], limit: number, sequence: number | null) {
    const note = this.note(sequence)
    let isTooMany = false
    let most = spans.length
    for (let least = 1; ; ) {
      const about = isExiting() ? Math.floor((limit * 0.95) / this.bytesOfOne) : most
      const count = Math.min(most, Math.max(least, about))
      const bytes = this.syntax.encode(count === spans.length ? spans : spans.slice(0, count), note)
      this.bytesOfOne = bytes.length / count
      if (bytes.length > limit && count > 1) {
        isTooMany = true
        most = Math.max(1, Math.min(count - 1, Math.floor((count * limit * 0.95) / bytes.length)))
      } else {
        const isFull = bytes.length > limit * 0.8 || bytes.length + this.bytesOfOne * 0.9 > limit // each has its resource but once
        if (isTooMany || count === most || isFull) return { bytes, count }
        least = count + 1
      }
    }
  }

  /** Only those that can be encoded by themselves: one that cannot must not cost the others. */
  private encodable(spans: readonly Span[]): readonly Span[] {
    return spans.filter((span) => {
      try {
        this.syntax.encode([span], [])
        return true
      } catch (error) {
        report('a span could not be encoded; it is left out.', error)
        return false
      }
    })
  }

  private note(sequence: number | null): BatchNote {
    this.pageView ??= newTraceId()
    const note: (string | number)[] = ['codomyrmex.page_view.id', this.pageView]
    if (sequence !== null) note.push(SEQUENCE_KEY, sequence)
    for (const [reason, count] of Object.entries(this.drops)) note.push(`codomyrmex.dropped.${reason}`, count)
    return note
  }
}
