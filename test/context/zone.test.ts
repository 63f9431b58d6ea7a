import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bind, runIn, startContext } from '../../src/context/context'
import { ROOT_CONTEXT, SPAN_KEY, type Zone } from '../../src/context/frame'
import { outside } from '../../src/context/outside'
import { activeSpan, contextWithNewSpan } from '../support/contexts'

interface ZoneOfPage {
  readonly root: Zone
  readonly current: Zone
}
const zones = () => (globalThis as unknown as { Zone: ZoneOfPage }).Zone

let context = contextWithNewSpan()
let stop: () => void
beforeEach(() => {
  context = contextWithNewSpan()
  stop = startContext()
  inSpan(() => {}) // the first span runs zone.js
})
afterEach(() => stop())

const inSpan = <T>(work: () => T): T => runIn(context, work)
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const depth = (zone: Zone | null): number => (zone ? 1 + depth(zone.parent) : 0)

/** A zone of the application, that counts what its hooks see, as Angular's does. */
function appZone() {
  const entered: string[] = []
  const spans: unknown[] = []
  const look = (what: string) => {
    entered.push(what)
    spans.push(activeSpan())
  }
  const zone = zones().root.fork({
    name: 'app',
    onInvoke: (delegate: { invoke(...args: unknown[]): unknown }, _current: Zone, target: Zone, ...rest: unknown[]) => {
      look('invoke')
      return delegate.invoke(target, ...rest)
    },
    onInvokeTask: (
      delegate: { invokeTask(...args: unknown[]): unknown },
      _c: Zone,
      target: Zone,
      ...rest: unknown[]
    ) => {
      look('task')
      return delegate.invokeTask(target, ...rest)
    },
  } as { name: string })
  return { zone, entered, spans }
}

it('promises stay native with zone.js on the page', () => {
  inSpan(() => {})
  expect(Promise.toString()).toContain('[native code]')
  expect((async () => {})()).toBeInstanceOf(Promise)
  expect(Object.keys(globalThis).filter((key) => key.startsWith('__Zone_disable'))).toEqual([])
})

describe('what is started in a span runs in it', () => {
  const starts: Record<string, (callback: () => void) => void> = {
    setTimeout: (callback) => setTimeout(callback, 0),
    setInterval: (callback) => {
      const id = setInterval(() => {
        clearInterval(id)
        callback()
      }, 0)
    },
    requestAnimationFrame: (callback) => requestAnimationFrame(callback),
    queueMicrotask: (callback) => queueMicrotask(callback),
    'nested timers': (callback) => setTimeout(() => setTimeout(callback, 0), 0),
    'timer behind an await': (callback) =>
      void (async () => {
        await sleep(0)
        setTimeout(callback, 0)
      })(),
  }
  it.each(Object.keys(starts))('%s', async (name) => {
    const seen = await new Promise((resolve) => inSpan(() => starts[name]!(() => resolve(activeSpan()))))
    expect(seen).toBe(context.span)
  })

  it('passes the arguments of a timer, and clears it', async () => {
    const callback = vi.fn()
    const cleared = vi.fn()
    inSpan(() => {
      setTimeout(callback, 0, 1, 'two')
      clearTimeout(setTimeout(cleared, 0))
    })
    await sleep(5)
    expect(callback.mock.calls).toEqual([[1, 'two']])
    expect(cleared).not.toHaveBeenCalled()
  })
})

describe('in a zone of the application', () => {
  interface Guarding extends Zone {
    runGuarded(work: () => unknown): unknown
    wrap(work: () => unknown, source: string): () => unknown
  }
  const zone = () => appZone().zone as Guarding
  const below = (zone: Zone, name: string) => [
    activeSpan(),
    zones().current.parent === zone,
    zones().current.name === name,
  ]

  it('runGuarded() is a call like any other, inside a span and outside', () => {
    const app = zone()
    const look = () => app.runGuarded(() => below(app, 'telemetry'))
    expect([inSpan(look), look()]).toEqual([
      [context.span, true, true],
      [null, false, false],
    ])
  })

  it('a custom element is told in the span of whoever changes it, and what was wrapped outside of spans runs in none', () => {
    const wrapped = (source: string) => zone().wrap(() => activeSpan(), source)
    const reaction = wrapped('customElements.define::connectedCallback')
    const inSpanWrapped = inSpan(() => wrapped('customElements.define::connectedCallback'))
    expect([reaction, inSpanWrapped].map((call) => [inSpan(call), call()])).toEqual([
      [context.span, null],
      [context.span, null],
    ])
    expect([wrapped('mine'), wrapped('MutationObserver')].map(inSpan)).toEqual([null, null])
  })
})

it('a timer set outside of spans gets the very callback that was given', () => {
  stop()
  const set = vi.spyOn(globalThis, 'setTimeout').mockImplementation((() => 1) as never)
  stop = startContext()
  inSpan(() => {}) // on top of the stand-in
  const callback = () => {}
  setTimeout(callback, 1, 'argument')
  inSpan(() => setTimeout(callback, 2))
  stop()
  const { calls } = set.mock
  set.mockRestore()
  expect(calls.map(([given, ...rest]) => [given === callback, ...rest])).toEqual([
    [true, 1, 'argument'],
    [false, 2],
  ])
})

describe('zones', () => {
  it('are the root outside of spans, and one that is ours inside', () => {
    expect(zones().current).toBe(zones().root)
    inSpan(() => {
      expect(zones().current.name).toBe('telemetry')
      expect(zones().current).toBe(zones().current)
      expect(zones().current.parent).toBe(zones().root)
    })
    expect(zones().current).toBe(zones().root)
  })

  it('stay flat in spans inside spans and in a poll that goes on', async () => {
    const depths: number[] = []
    await new Promise<void>((resolve) => {
      let rounds = 0
      const poll = () =>
        runIn(contextWithNewSpan(), () => {
          depths.push(depth(zones().current))
          if (++rounds < 50) setTimeout(poll, 0)
          else resolve()
        })
      inSpan(poll)
    })
    expect(new Set(depths)).toEqual(new Set([2]))
  })

  it("an application's zone stays above, also behind await and in timers", async () => {
    const { zone } = appZone()
    const parents: unknown[] = []
    await zone.run(() =>
      inSpan(async () => {
        parents.push(zones().current.parent)
        await sleep(0)
        parents.push(zones().current.parent)
        await new Promise<void>((resolve) => setTimeout(resolve, 0))
        setTimeout(() => parents.push(zones().current.parent), 0)
        await sleep(5)
        expect(activeSpan()).toBe(context.span)
      }),
    )
    expect(parents).toEqual([zone, zone, zone])
  })

  it("an application's zone hears of then callbacks and bound functions in a span", async () => {
    const { zone, entered } = appZone()
    const bound = await zone.run(() =>
      inSpan(async () => {
        const count = entered.length
        await Promise.resolve().then(() => expect(entered.length).toBeGreaterThan(count))
        return bind(() => activeSpan())
      }),
    )
    const count = entered.length
    expect(bound()).toBe(context.span)
    expect(entered.length).toBeGreaterThan(count)
  })

  it("hooks of an application's zone are in the span of the task around which they are called", async () => {
    const { zone, entered, spans } = appZone()
    const schedule = () =>
      (
        zones().current as unknown as { scheduleMicroTask(source: string, callback: () => void): void }
      ).scheduleMicroTask('test', () => {})
    zone.run(() => {
      inSpan(schedule)
      schedule()
      inSpan(() => zone.run(() => {}))
    })
    await sleep(5)
    expect(entered).toEqual(['invoke', 'invoke', 'task', 'task'])
    expect(spans).toEqual([null, context.span, context.span, null])
  })

  it("our own work is in no zone of the application's, and in no span", () => {
    const { zone } = appZone()
    const seen = zone.run(() => inSpan(() => outside(() => [zones().current, activeSpan()])))
    expect(seen).toEqual([zones().root, null])
  })

  it('that are forked inside a span are not in it: their parent is none of ours', async () => {
    const forked = inSpan(() => zones().current.fork({ name: 'forked' }))
    expect(forked.parent).toBe(zones().root)
    expect(forked.run(() => activeSpan())).toBeNull()
    const other = contextWithNewSpan()
    await runIn(other, () =>
      forked.run(async () => {
        await sleep(0)
        expect(activeSpan()).toBe(other.span)
      }),
    )
    expect(activeSpan()).toBeNull()
  })

  it('of ours that somebody kept bring no span back: `run` is a call like any other', () => {
    const kept = inSpan(() => zones().current)
    expect(kept.run(() => activeSpan())).toBeNull()
    const other = contextWithNewSpan()
    expect(runIn(other, () => kept.run(() => activeSpan()))).toBe(other.span)
  })

  it("an application's zone entered inside a span (Angular's runOutsideAngular) is right above, and the span stays", () => {
    const { zone } = appZone()
    inSpan(() => {
      zone.run(() => {
        expect(zones().current.parent).toBe(zone)
        expect(activeSpan()).toBe(context.span)
      })
      expect(activeSpan()).toBe(context.span)
    })
  })

  it('microtasks of zone.js come before timers', async () => {
    const order: string[] = []
    const schedule = zones().current as unknown as { scheduleMicroTask(source: string, callback: () => void): void }
    const timer = new Promise<void>((resolve) =>
      setTimeout(() => {
        order.push('timer')
        resolve()
      }, 0),
    )
    schedule.scheduleMicroTask('test', () => order.push('microtask'))
    await timer
    await sleep(5)
    expect(order).toEqual(['microtask', 'timer'])
  })

  it('Zone.current is told by zone.js alone after the stop', () => {
    inSpan(() => {
      stop()
      expect(zones().current).toBe(zones().root)
    })
  })
})

describe('a context', () => {
  const key = Symbol('key')

  it('is an immutable map with OpenTelemetry keys', () => {
    const changed = context.setValue(key, 1)
    expect([changed.getValue(key), context.getValue(key)]).toEqual([1, undefined])
    expect(changed.getValue(SPAN_KEY)).toBe(context.span)
    expect(changed.deleteValue(key).getValue(key)).toBeUndefined()
    expect(changed.getValue(key)).toBe(1)
    expect(changed.deleteValue(SPAN_KEY).getValue(SPAN_KEY)).toBeUndefined()
    expect(changed.deleteValue(SPAN_KEY).getValue(key)).toBe(1)
    expect(ROOT_CONTEXT.setValue(SPAN_KEY, context.span).span).toBe(context.span)
    expect(ROOT_CONTEXT.getValue(SPAN_KEY)).toBeUndefined()
    expect(SPAN_KEY).toBe(Symbol.for('OpenTelemetry Context Key SPAN'))
  })

  it('without a span hides the one around it', () => {
    inSpan(() => {
      expect(runIn(ROOT_CONTEXT, () => activeSpan())).toBeNull()
      expect(activeSpan()).toBe(context.span)
    })
  })
})
