// The smallest useful import: a library's, which makes spans for whoever has started a telemetry.
import { startSpan, withSpan } from '@codomyrmex/telemetry'

Object.assign(globalThis, { startSpan, withSpan })
