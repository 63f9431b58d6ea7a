import { BatchHttpLink } from '@apollo/client/link/batch-http'
import { getCurrentSpan } from '@codomyrmex/telemetry'

/** A link that puts into one request only what one span asks for. */
export const batchPerSpan = (options: BatchHttpLink.Options) =>
  new BatchHttpLink({ ...options, batchKey: () => getCurrentSpan()?.getSpanId() ?? '' })
