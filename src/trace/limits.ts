/** How much one span may hold. OpenTelemetry's names and defaults ([SDK, Span Limits](https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits)). */
export interface SpanLimits {
  /** Attributes of a span; further new keys are dropped and counted. @default 128 */
  readonly attributeCountLimit: number
  /** Characters of a string value; longer ones are cut. @default Infinity */
  readonly attributeValueLengthLimit: number
  /** Events of a span; further ones push the oldest out, counted. @default 128 */
  readonly eventCountLimit: number
  /** Links of a span; further ones push the oldest out, counted. @default 128 */
  readonly linkCountLimit: number
  /** Attributes of one event. @default 128 */
  readonly attributePerEventCountLimit: number
  /** Attributes of one link. @default 128 */
  readonly attributePerLinkCountLimit: number
}

export const DEFAULT_LIMITS: SpanLimits = {
  attributeCountLimit: 128,
  attributeValueLengthLimit: Infinity,
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 128,
}
