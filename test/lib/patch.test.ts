import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPatch } from '../../src/lib/patch'
import { catchReports } from '../support/reports'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
})
afterEach(() => {
  vi.restoreAllMocks()
})

type Thing = { say: (...args: unknown[]) => unknown }
const say = (...args: unknown[]) => args.length
const thing = (): Thing => ({ say })
const around = (target: (...args: never[]) => unknown, self: unknown, args: unknown[]) => [
  'ours',
  Reflect.apply(target, self, args as never[]),
]

describe('a patch', () => {
  it('changes nothing before on(), runs through `around` while on, and is gone after off()', () => {
    const owner = thing()
    const patch = createPatch(owner, 'say', around)
    expect(owner.say).toBe(say)
    patch.on()
    expect(owner.say(1, undefined)).toEqual(['ours', 2])
    patch.off()
    expect(owner.say).toBe(say)
  })

  it('twice on is once on', () => {
    const owner = thing()
    const patch = createPatch(owner, 'say', around)
    patch.on()
    patch.on()
    expect(owner.say()).toEqual(['ours', 0])
    patch.off()
    expect(owner.say).toBe(say)
  })

  it('keeps the property as it was: not enumerable stays not enumerable', () => {
    const owner = Object.defineProperty({}, 'say', { value: say, writable: true, configurable: true }) as Thing
    const before = Object.getOwnPropertyDescriptor(owner, 'say')
    const patch = createPatch(owner, 'say', around)
    patch.on()
    expect({ ...Object.getOwnPropertyDescriptor(owner, 'say'), value: say }).toEqual(before)
    patch.off()
    expect(Object.getOwnPropertyDescriptor(owner, 'say')).toEqual(before)
  })

  // A library that put `class extends XMLHttpRequest` in its place: what others patch below must show through again.
  it('of an inherited function leaves no own property behind', () => {
    const owner = Object.create(thing()) as Thing
    const patch = createPatch(owner, 'say', around)
    patch.on()
    patch.off()
    expect(Object.hasOwn(owner, 'say')).toBe(false)
  })

  it('below somebody else stays, only passes on, and wakes without another layer', () => {
    const owner = thing()
    const patch = createPatch(owner, 'say', around)
    patch.on()
    const ours = owner.say
    const theirs = (...args: unknown[]) => ['theirs', ours(...args)]
    owner.say = theirs
    patch.off()
    expect([owner.say, owner.say()]).toEqual([theirs, ['theirs', 0]])
    for (let i = 0; i < 1000; i++) {
      patch.on()
      patch.off()
    }
    patch.on()
    expect(owner.say()).toEqual(['theirs', ['ours', 0]])
  })

  it('of a missing function leaves it missing, and takes it once it is there', () => {
    const owner = {} as Thing
    const patch = createPatch(owner, 'say', around)
    patch.on()
    expect('say' in owner).toBe(false)
    patch.off()
    owner.say = say
    patch.on()
    expect(owner.say()).toEqual(['ours', 0])
  })

  it('of a locked property is reported once, and leaves it', () => {
    const owner = Object.freeze(thing())
    const patch = createPatch(owner, 'say', around)
    patch.on()
    patch.off()
    patch.on()
    expect(owner.say).toBe(say)
    expect(reports).toEqual([expect.stringContaining('`say`')])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('hands off')
      },
    ],
    ['does nothing', () => {}],
  ])('of a property whose setter %s is reported, and leaves it', (_, set) => {
    const owner = Object.defineProperty({}, 'say', { get: () => say, set, configurable: true }) as Thing
    const patch = createPatch(owner, 'say', around)
    expect(() => patch.on()).not.toThrow()
    expect(owner.say()).toBe(0)
    patch.off()
    expect(reports).toHaveLength(1)
  })

  it('that the page locked while it was on only passes on after off()', () => {
    const owner = thing()
    const patch = createPatch(owner, 'say', around)
    patch.on()
    Object.freeze(owner)
    patch.off()
    expect(owner.say()).toBe(0)
    patch.on()
    expect(owner.say()).toEqual(['ours', 0])
  })
})

describe('a patched class', () => {
  it('makes its instances by `around`, also for subclasses, and keeps its statics', () => {
    class Watcher {
      static readonly kinds = ['a']
      constructor(readonly callback: unknown) {}
    }
    const owner = { Watcher }
    const made: unknown[] = []
    const patch = createPatch(
      owner,
      'Watcher',
      (target, newTarget, args) => {
        made.push(args[0])
        return Reflect.construct(target as never, args, newTarget as never) as object
      },
      'construct',
    )
    patch.on()
    class Own extends owner.Watcher {}
    const own = new Own('b')
    expect(new owner.Watcher('a')).toBeInstanceOf(Watcher)
    expect([own instanceof Own, own instanceof Watcher, own.callback]).toEqual([true, true, 'b'])
    expect(made).toEqual(['b', 'a'])
    expect(owner.Watcher.kinds).toBe(Watcher.kinds)
    patch.off()
    expect(owner.Watcher).toBe(Watcher)
  })
})
