// A page at work: spans of five attributes at a steady pace, as long as it is asked for.
import { startSpan, startTelemetry } from '@codomyrmex/telemetry'

declare global {
  var startArming: (deferred: boolean) => void
  /** Resolves when it is over. */
  var work: (seconds: number, spansPerSecond: number) => Promise<void>
}

globalThis.startArming = (deferred) => void startTelemetry({ serviceName: 'shop', instrument: false, deferred })

globalThis.work = (seconds, spansPerSecond) =>
  new Promise((resolve) => {
    let left = seconds * spansPerSecond
    const endOne = () => {
      const attributes = {
        'app.route': '/items/:id',
        'app.item': left,
        'app.cached': true,
        'app.user': 'u1',
        'app.step': 'view',
      }
      startSpan('work', { attributes }).end()
      if (--left > 0) return
      clearInterval(timer)
      resolve()
    }
    const timer = setInterval(endOne, 1000 / spansPerSecond)
  })
