// An application as others write it: Vite puts Vue and the telemetry into one vendor chunk, which runs before this file.
import { getCurrentSpan, startTelemetry, withSpan } from '@codomyrmex/telemetry'
import { createApp, h } from 'vue'

const textOf = (fn: unknown) => String(fn).replace(/\s+/g, ' ') // Firefox breaks the line
const beforeStart = textOf(Promise)

startTelemetry({ serviceName: 'vendor', batch: { scheduledDelay: 1 } })

declare global {
  /** What the test asks. */
  var vendorApp: () => Promise<Record<string, unknown>>
}

globalThis.vendorApp = async () => {
  const own = async () => {}
  const hasContext = await withSpan('click', async (span) => {
    await own()
    await fetch('/lab/echo')
    return getCurrentSpan() === span
  })
  return {
    beforeStart,
    afterStart: textOf(Promise),
    isNative: own().constructor === Promise && own() instanceof Promise,
    hasContext,
    hasZone: 'Zone' in globalThis,
  }
}

createApp({ render: () => h('p', 'ready') }).mount('#app')
