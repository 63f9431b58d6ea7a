import { autoOptions } from './autoOptions'
import { startTelemetry } from './startTelemetry'

// The entry of the CDN file. `<script type="module" src="…/telemetry.min.js" data-service-name="shop">` starts it; without such
// a tag it starts nothing, so that it can also be imported.
const options = autoOptions()
if (options) startTelemetry(options)

export {
  alwaysOff,
  alwaysOn,
  BatchSpanProcessor,
  bind,
  ConsoleExporter,
  createTelemetry,
  getCurrentSpan,
  InMemoryExporter,
  linkSpan,
  OTLPExporter,
  on,
  parentBased,
  ratio,
  readTraceparent,
  SimpleSpanProcessor,
  startSpan,
  startTelemetry,
  TraceContext,
  traced,
  withBaggage,
  withContext,
  withSpan,
} from './index'
