import { bind } from '@codomyrmex/telemetry'
import { debounce } from 'lodash'

/** `debounce` (or `throttle`) whose function runs in the span of the caller whose arguments it gets. */
export function debounceKeeping<A extends unknown[]>(
  fn: (...args: A) => void,
  ms: number,
  later: typeof debounce = debounce,
): (...args: A) => void {
  const run = later((call: () => void) => call(), ms)
  return (...args) => void run(bind(() => fn(...args)))
}
