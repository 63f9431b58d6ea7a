import { bind } from '@codomyrmex/telemetry'
import Bottleneck from 'bottleneck'

type Schedule = Bottleneck['schedule']

/** A limiter each of whose tasks runs in the span of whoever scheduled it. */
export class KeepingLimiter extends Bottleneck {
  override schedule = ((...args: unknown[]) => super.schedule(...(args.map(kept) as Parameters<Schedule>))) as Schedule
}

const kept = (arg: unknown) => (typeof arg === 'function' ? bind(arg as () => unknown) : arg)
