import { autoOptions } from './autoOptions'
import { askSecondPart } from './lib/loadSecondPart'
import { guard, speakBy } from './lib/report'
import { scriptTag } from './lib/scriptTag'
import { startTelemetry } from './startTelemetry'

// The entry of the CDN file. `<script type="module" src="…/telemetry.min.js" data-service-name="shop">` starts it; without such
// a tag it starts nothing, so that it can also be imported. What only development and tests need is in the npm package.
speakBy(askSecondPart)
guard('reading the script tag', () => {
  const options = autoOptions()
  const [ownName] = /[^/"]*$/.exec(import.meta.url)! // the same before and after most redirects
  if (options) startTelemetry(options)
  else if (scriptTag(`src*="${ownName}"`)) askSecondPart(({ tellTag }) => tellTag(ownName))
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
