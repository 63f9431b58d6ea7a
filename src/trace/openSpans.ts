import type { RecordingSpan, SpanUser } from './recordingSpan'
import type { Span } from './span'

const MAX_OPEN = 1000 // spans that nobody ever ends must not fill the memory: the oldest of more are forgotten here

/** On a span that its page did not live to end: `page_exit`. */
export const UNFINISHED = 'codomyrmex.unfinished'
const PAGE_EXIT = 'page_exit'

/** The spans that have started and not ended, oldest first: a list through the spans themselves, so that it costs next to nothing. */
export class OpenSpans {
  private oldest: RecordingSpan | null = null
  private newest: RecordingSpan | null = null
  private count = 0
  private kept: ReadonlySet<RecordingSpan> | null = null
  private user: SpanUser = { isGone: false }

  add(span: RecordingSpan): void {
    span.user = this.user
    span.older = this.newest
    if (this.newest) this.newest.newer = span
    else this.oldest = span
    this.newest = span
    if (++this.count > MAX_OPEN && this.oldest) this.remove(this.oldest)
  }

  /** True when a copy of the span is kept since the last `snapshot()`. */
  remove(span: RecordingSpan): boolean {
    const { older, newer } = span
    if (!older && this.oldest !== span) return false // forgotten before
    if (older) older.newer = newer
    else this.oldest = newer
    if (newer) newer.older = older
    else this.newest = older
    span.older = span.newer = null
    this.count--
    return this.kept?.has(span) === true
  }

  /** The user is gone: those that are open are theirs, those that begin afterwards are not. */
  changeUser(): void {
    this.user.isGone = true
    this.user = { isGone: false }
  }

  /** Copies of all that may leave, as they would look if they ended now. */
  snapshot(): Span[] {
    const spans = this.list().filter(({ isForgotten }) => !isForgotten)
    this.kept = new Set(spans)
    return spans.map((span) => span.snapshot(UNFINISHED, PAGE_EXIT))
  }

  /** The page is shown again: copies are of no use any more. */
  forget(): void {
    this.kept = null
  }

  /** The page is gone for good: they end now, marked, newest first. */
  endAll(): void {
    this.kept = null
    for (const span of this.list().reverse()) span.endMarked(UNFINISHED, PAGE_EXIT)
  }

  private list(): RecordingSpan[] {
    const spans: RecordingSpan[] = []
    for (let span = this.oldest; span; span = span.newer) spans.push(span)
    return spans
  }
}
