import { autoOptions } from './autoOptions'
import { askSecondPart } from './lib/loadSecondPart'
import { guard, speakBy } from './lib/report'
import { OWN_FILE, scriptTag } from './lib/scriptTag'
import { startTelemetry } from './startTelemetry'

// The entry of the CDN file. `<script type="module" src="…/telemetry.min.js" data-service-name="shop">` starts it; without such
// a tag it starts nothing, so that it can also be imported. What only development and tests need is in the npm package.
speakBy(askSecondPart)
guard('reading the script tag', () => {
  const options = autoOptions()
  if (options) startTelemetry(options)
  else if (scriptTag(OWN_FILE)) askSecondPart(({ tellTag }) => tellTag())
})

export {
  alwaysOff,
  alwaysOn,
  BatchSpanProcessor,
  bind,
  createTelemetry,
  getCurrentSpan,
  getErrorSpan,
  linkSpan,
  OTLPExporter,
  on,
  parentBased,
  ratio,
  readTraceparent,
  startSpan,
  startTelemetry,
  TraceContext,
  traced,
  withBaggage,
  withContext,
  withSpan,
} from './index'
