import {
  animationFrameScheduler,
  asapScheduler,
  concatAll,
  concatMap,
  debounceTime,
  exhaustMap,
  firstValueFrom,
  from,
  fromEvent,
  lastValueFrom,
  type MonoTypeOperatorFunction,
  map,
  mergeAll,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
  observeOn,
  of,
  type SchedulerLike,
  Subject,
  share,
  shareReplay,
  switchMap,
  take,
  timer,
} from 'rxjs'
import { createNotes, inEach, own, until, type Who } from './flow'
import { inSpanOfValue, keepingScheduler, keepSpan } from './recipes/rxjsKeep'

/** What a recipe puts into the pipelines; without one they are as everybody writes them. */
interface Ways {
  keep<T>(): MonoTypeOperatorFunction<T>
  concatMap<T, R>(work: (value: T) => ObservableInput<R>): OperatorFunction<T, R>
  debounced<T, R>(work: (value: T) => ObservableInput<R>): OperatorFunction<T, R>
  on(scheduler: SchedulerLike): SchedulerLike
}

/** Streams that several flows share. */
async function flows(ways: Ways) {
  const { seen, note } = createNotes()
  const values = new Subject<Who>()
  const noteWork = (place: string) => (who: Who) => {
    note(`${place}, the work begins`, who)
    return from(own()).pipe(map(() => note(`${place}, behind a promise`, who)))
  }
  const subscriptions = [
    values.subscribe((who) => note('a subscriber of a subject, by who emits', who)),
    values.pipe(ways.concatMap(noteWork('concatMap over a subject'))).subscribe(),
    values.pipe(switchMap(noteWork('switchMap over a subject'))).subscribe(),
    values.pipe(exhaustMap(noteWork('exhaustMap over a subject'))).subscribe(),
    values.pipe(ways.debounced(noteWork('debounceTime over a subject'))).subscribe(),
  ]
  const ticks = timer(5, 1).pipe(take(2), share())
  const answer = timer(5).pipe(shareReplay(1))
  await inEach(async (who) => {
    fromEvent(document, 'news')
      .pipe(take(1), ways.keep())
      .subscribe(() => note('fromEvent, dispatched by nobody', who))
    values.next(who)
    const watch = (place: string, source: Observable<unknown>) =>
      lastValueFrom(
        source.pipe(
          ways.keep(),
          map(() => note(place, who)),
        ),
      )
    await Promise.all([
      watch('a subscriber of share()', ticks),
      watch('a subscriber of shareReplay() before the value', answer),
    ])
    await until(() => seen['debounceTime over a subject, behind a promise'] !== undefined)
    await watch('a subscriber of shareReplay() behind the value', answer)
    await firstValueFrom(answer)
    note('behind await firstValueFrom()', who)
  })
  document.dispatchEvent(new Event('news'))
  for (const [name, scheduler] of Object.entries({ asapScheduler, animationFrameScheduler }))
    await inEach(async (who) => {
      const later = of(1).pipe(
        observeOn(ways.on(scheduler)),
        map(() => note(`observeOn(${name})`, who)),
      )
      await lastValueFrom(later)
      note(`behind await of observeOn(${name})`, who)
    })
  for (const subscription of subscriptions) subscription.unsubscribe()
  return seen
}

export const plain = () =>
  flows({
    keep: () => (source) => source,
    concatMap: (work) => concatMap(work),
    debounced: (work) => (source) => source.pipe(debounceTime(5), concatMap(work)),
    on: (scheduler) => scheduler,
  })

export const withRecipe = () =>
  flows({
    keep: keepSpan,
    concatMap: (work) => (source) => source.pipe(inSpanOfValue(work), concatAll()),
    debounced: (work) => (source) => source.pipe(inSpanOfValue(work), debounceTime(5), mergeAll()),
    on: keepingScheduler,
  })
