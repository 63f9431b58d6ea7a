// What a page can see of adding, removing and calling listeners: the same random calls, made twice.
import { createRandom } from '../../test/support/random'

type Method = (this: unknown, ...args: unknown[]) => unknown

/** How listeners are added and removed: bare, or with us in between. */
export interface Methods {
  readonly add: Method
  readonly remove: Method
}

/** Makes `count` random calls by `methods`, some with a `strange` listener, and gives all that a page sees of them, in order. */
export function listenerCalls({ add, remove }: Methods, seed: number, count: number, strange: readonly unknown[] = []) {
  const { next, pick } = createRandom(seed)
  const chance = (share: number) => next() < share
  const log: string[] = []
  const note = (...words: unknown[]) => void log.push(words.map(String).join(' '))
  const attempt = (what: string, work: () => unknown) => {
    try {
      note(what, work())
    } catch (error) {
      note(what, 'threw', (error as Error).name)
    }
  }

  const targets = [new EventTarget(), new EventTarget()]
  const who = (target: unknown) => targets.indexOf(target as EventTarget)
  const functions = [0, 1, 2].map(
    (n) =>
      function (this: unknown, ...args: unknown[]) {
        note('called', n, who(this), args.length, (args[0] as Event).type)
      },
  )
  const objects = [0, 1].map((n) => ({
    get handleEvent() {
      note('read handleEvent', n)
      return function (this: unknown, event: Event) {
        note('handled', n, objects.indexOf(this as never), event.type)
      }
    },
  }))
  const aborted = new AbortController()
  const abort = new AbortController()
  aborted.abort()
  const listeners = [...functions, ...functions, ...objects, ...strange]
  const types: (() => unknown)[] = [
    () => 'a',
    () => 'a',
    () => 'b',
    () => 1,
    () => ({
      toString() {
        note('read the type')
        return 'a'
      },
    }),
  ]
  const members = (): AddEventListenerOptions => ({
    ...(chance(0.5) && { capture: chance(0.5) }),
    ...(chance(0.4) && { once: chance(0.7) }),
    ...(chance(0.2) && { passive: true }),
    ...(chance(0.3) && { signal: pick([abort, abort, aborted]).signal }),
  })
  const watched = (options: object) =>
    new Proxy(options, {
      get(target, key) {
        note('read', key)
        return Reflect.get(target, key, target)
      },
      has(target, key) {
        note('asked for', key)
        return Reflect.has(target, key)
      },
    })
  const options: (() => unknown[])[] = [
    () => [],
    () => [true],
    () => [undefined],
    () => [null],
    () => [1],
    () => [members()],
    () => [members()],
    () => [watched(members())],
    () => [watched(members()), 'a fourth argument'],
  ]
  for (let call = 0; call < count; call++) {
    const target = pick(targets)
    const args = [pick(types)(), pick(listeners), ...pick(options)()]
    if (chance(0.02)) args.length = 1
    const what = pick(['add', 'add', 'add', 'remove', 'dispatch', 'dispatch'])
    if (what === 'add') attempt('added', () => Reflect.apply(add, target, args))
    else if (what === 'remove') attempt('removed', () => Reflect.apply(remove, target, args))
    else if (chance(0.02)) abort.abort()
    else target.dispatchEvent(new Event(pick(['a', 'b', '1'])))
  }
  return log
}
