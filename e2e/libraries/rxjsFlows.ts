import {
  asapScheduler,
  concatMap,
  debounceTime,
  defer,
  delay,
  firstValueFrom,
  from,
  fromEvent,
  interval,
  lastValueFrom,
  map,
  mergeMap,
  type Observable,
  observeOn,
  of,
  retry,
  Subject,
  share,
  switchMap,
  take,
  tap,
  throwError,
  toArray,
} from 'rxjs'
import { fromFetch } from 'rxjs/fetch'
import { flow, inFlow } from './flow'

const own = async (value: number) => value

type Pair = readonly [value: unknown, flow: string | null]

/** What is emitted, and the flow that is current where it arrives. */
const look = (value: unknown): Pair => [value, flow()]

/** Pipelines that one flow builds and subscribes to. */
const PIPELINES: Readonly<Record<string, () => Observable<Pair>>> = {
  'from(promise)': () => from(own(1)).pipe(map(look)),
  'from(async generator)': () =>
    from(
      (async function* () {
        yield await own(1)
        yield 2
      })(),
    ).pipe(map(look)),
  interval: () => interval(1).pipe(take(3), map(look)),
  delay: () => of(1, 2).pipe(delay(1), map(look)),
  debounceTime: () =>
    of(1, 2).pipe(
      concatMap((value) => of(value).pipe(delay(1))),
      debounceTime(1),
      map(look),
    ),
  'switchMap to a promise': () =>
    interval(1).pipe(
      take(2),
      switchMap((value) => own(value)),
      map(look),
    ),
  'mergeMap over an async function': () =>
    of(1, 2).pipe(
      mergeMap(async (value) => {
        await own(0)
        return look(value)
      }),
    ),
  fromFetch: () =>
    fromFetch('/lab/echo').pipe(
      switchMap((response) => response.json() as Promise<{ method: string }>),
      map(({ method }) => look(method)),
    ),
  'fromFetch with a selector': () =>
    fromFetch('/lab/echo', { selector: (response) => response.text() }).pipe(map((text) => look(text.length > 0))),
  'retry with a delay': () => {
    let tries = 0
    return defer(() => (++tries < 3 ? throwError(() => new Error('again')) : of(tries))).pipe(
      retry({ delay: 1 }),
      map(look),
    )
  },
  'fromEvent, dispatched from outside': () =>
    fromEvent(document, 'news').pipe(
      take(1),
      map(({ type }) => look(type)),
    ),
  'observeOn(asapScheduler)': () => of(1).pipe(observeOn(asapScheduler), map(look)),
}

type Seen = Readonly<Record<string, readonly Pair[]>>

/** All pipelines, in two flows and in none at the same time: what each of them sees. */
export async function rxjsPipelines() {
  const seen: Record<'first' | 'none' | 'second', Record<string, readonly Pair[]>> = { first: {}, none: {}, second: {} }
  for (const [name, build] of Object.entries(PIPELINES)) {
    const watch = (who: keyof typeof seen) =>
      lastValueFrom(
        build().pipe(
          toArray(),
          tap((pairs) => {
            seen[who][name] = pairs
          }),
        ),
      )
    const running = [inFlow('first', () => watch('first')), watch('none'), inFlow('second', () => watch('second'))]
    document.dispatchEvent(new Event('news'))
    await Promise.all(running)
  }
  return seen satisfies Record<string, Seen>
}

/** `firstValueFrom` and the like, awaited. */
export async function rxjsAwaited() {
  const run = async () => [
    look(await firstValueFrom(interval(1))),
    look(await lastValueFrom(from([own(1), own(2)]).pipe(concatMap((promise) => promise)))),
    look(await firstValueFrom(throwError(() => new Error('no'))).catch((error: Error) => error.message)),
    look(await new Promise((resolve) => of(1).pipe(delay(1)).forEach(resolve))),
  ]
  const [first, none, second] = await Promise.all([inFlow('first', run), run(), inFlow('second', run)])
  return { first, none, second }
}

/** Sources that several flows share: each subscriber is called where the value comes from. */
export async function rxjsShared() {
  const seen: Record<string, Pair> = {}
  const note = (name: string) => (value: unknown) => {
    seen[name] = look(value)
  }
  const subject = new Subject<number>()
  inFlow('first', () => subject.subscribe(note('a subject of which the second flow and then nobody emits')))
  inFlow('second', () => subject.next(1))
  const emitted = { ...seen }
  subject.next(2)

  const shared = interval(1).pipe(take(1), share())
  await Promise.all([
    inFlow('first', () => lastValueFrom(shared.pipe(tap(note('the first subscriber of a shared interval'))))),
    inFlow('second', () => lastValueFrom(shared.pipe(tap(note('the second subscriber of a shared interval'))))),
  ])
  return { emitted, seen }
}
