import { bind } from '@codomyrmex/telemetry'
import { type WatchSource, watch } from 'vue'

/** `watch` whose callback runs in the span that changed the source last. Returns its stop. */
export function watchInSpan<T>(source: WatchSource<T>, callback: (value: T, before: T) => void): () => void {
  let run = callback
  const remember = () => {
    run = bind(callback)
  }
  const stops = [watch(source, remember, { flush: 'sync' }), watch(source, (value, before) => run(value, before))]
  return () => {
    for (const stop of stops) stop()
  }
}
