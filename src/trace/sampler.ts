import type { Context } from '../context/frame'
import { report } from '../lib/report'
import type { Attributes } from './attributes'
import type { Link, SpanContext, SpanKind } from './span'

/**
 * `drop`: nothing is kept. `record`: processors see the span, exporters do not. `recordAndSample`: it is exported, and
 * servers are told to sample too.
 */
export type SamplingDecision = 'drop' | 'record' | 'recordAndSample'

/** What a sampler says of a span that is about to start. */
export interface SamplingResult {
  /** Whether the span is kept, and for whom. */
  readonly decision: SamplingDecision
  /** Added to the span. */
  readonly attributes?: Attributes
  /** The new `tracestate`; left out: the parent's. */
  readonly traceState?: string | null
}

/** Decides which spans are kept ([Sampler](https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampler)). Called at every start; must not wait. */
export interface Sampler {
  /** @param parent - the parent's ids, or `null` for a root; `context` holds more */
  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: readonly Pick<Link, 'context'>[],
    parent: SpanContext | null,
  ): SamplingResult
  /** Name and settings, for people. */
  toString(): string
}

const SAMPLE: SamplingResult = { decision: 'recordAndSample' }
const DROP: SamplingResult = { decision: 'drop' }

/** Keeps every span. */
export function alwaysOn(): Sampler {
  return { shouldSample: () => SAMPLE, toString: () => 'AlwaysOnSampler' }
}

/** Keeps no span; ids still travel to servers, marked as not sampled. */
export function alwaysOff(): Sampler {
  return { shouldSample: () => DROP, toString: () => 'AlwaysOffSampler' }
}

const DIGITS = 13 // of the last 14 (56 random bits, Trace Context level 2): as many as a double holds exactly
const SPACE = 16 ** DIGITS

/**
 * Keeps the share `share` of traces, decided by the random part of the trace id, so that every service with the same share
 * keeps the same traces, and a service with a larger one keeps these too.
 *
 * @param share - from 0 to 1; what is out of range is cut to it, what is no number counts as 1 and is reported
 */
export function ratio(share: number): Sampler {
  let kept = share
  if (typeof share !== 'number' || Number.isNaN(share)) {
    report('the share of ratio() must be a number from 0 to 1; every trace is kept.')
    kept = 1
  }
  kept = Math.min(1, Math.max(0, kept))
  const threshold = (1 - kept) * SPACE
  return {
    shouldSample: (_context, traceId) =>
      Number.parseInt(traceId.slice(18, 18 + DIGITS), 16) >= threshold ? SAMPLE : DROP,
    toString: () => `TraceIdRatioBased{${kept}}`,
  }
}

/** Does as the parent did, here or in another process; `root` decides for spans without a parent. */
export function parentBased(root: Sampler = alwaysOn()): Sampler {
  return {
    shouldSample(context, traceId, name, kind, attributes, links, parent) {
      if (parent) return parent.traceFlags & 1 ? SAMPLE : DROP
      return root.shouldSample(context, traceId, name, kind, attributes, links, parent)
    },
    toString: () => `ParentBased{root=${root.toString()}}`,
  }
}
