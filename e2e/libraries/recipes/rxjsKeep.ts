import { bind } from '@codomyrmex/telemetry'
import type { SchedulerLike } from 'rxjs'
import { from, type MonoTypeOperatorFunction, map, Observable, type ObservableInput, type OperatorFunction } from 'rxjs'

/** Below this operator each subscriber is called in the span in which it subscribed: `news$.pipe(share(), keepSpan())`. */
export function keepSpan<T>(): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) =>
      source.subscribe({
        next: bind((value: T) => subscriber.next(value)),
        error: bind((error: unknown) => subscriber.error(error)),
        complete: bind(() => subscriber.complete()),
      }),
    )
}

/** Work that begins later, in the span from which its value came: `clicks$.pipe(inSpanOfValue(save), concatAll())`. */
export function inSpanOfValue<T, R>(work: (value: T) => ObservableInput<R>): OperatorFunction<T, Observable<R>> {
  return map((value) => new Observable<R>(bind((subscriber) => from(work(value)).subscribe(subscriber))))
}

/** A scheduler that runs each piece of work in the span that scheduled it: `observeOn(keepingScheduler(asapScheduler))`. */
export function keepingScheduler(scheduler: SchedulerLike): SchedulerLike {
  const schedule = (...[work, delay, state]: Parameters<SchedulerLike['schedule']>) =>
    scheduler.schedule(bind(work), delay, state)
  return { now: () => scheduler.now(), schedule: schedule as SchedulerLike['schedule'] }
}
