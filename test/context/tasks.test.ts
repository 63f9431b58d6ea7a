// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { contextOfDispatch } from '../../src/context/dispatch'
import { ROOT_CONTEXT } from '../../src/context/frame'
import { activeSpan, contextWithNewSpan } from '../support/contexts'

/** As a browser's class of requests: calls begin a task, and events come later. */
class XMLHttpRequest {
  sentIn: unknown = null
  state = 0
  get readyState() {
    return this.state
  }
  constructor() {
    uploads.set(this, new XMLHttpRequestUpload())
  }
  open(..._: unknown[]) {}
  send() {
    this.sentIn = activeSpan()
    starting?.()
  }
  abort() {}
}
let starting: (() => void) | null = null // what a listener of `loadstart` does
class XMLHttpRequestUpload {}
Object.defineProperty(XMLHttpRequest.prototype, 'upload', {
  configurable: true,
  get(this: XMLHttpRequest) {
    return uploads.get(this)
  },
})
const uploads = new WeakMap<object, object>()
class Animation {
  play() {}
}
class FileReader {
  readAsText() {}
  abort() {}
}
class IDBRequest {}
class IDBTransaction {}
class IDBFactory {
  open() {
    return new IDBRequest()
  }
}
class IDBObjectStore {
  get() {
    return new IDBRequest()
  }
  put() {
    throw new TypeError('read only')
  }
}
class IDBDatabase {
  transaction() {
    return new IDBTransaction()
  }
}
class EventSource {
  readonly made = activeSpan()
}
const CLASSES = [
  Animation,
  XMLHttpRequest,
  XMLHttpRequestUpload,
  FileReader,
  IDBFactory,
  IDBObjectStore,
  IDBDatabase,
  EventSource,
]

let first = contextWithNewSpan()
let second = contextWithNewSpan()
let stop: () => void
beforeEach(() => {
  for (const one of CLASSES) vi.stubGlobal(one.name, one)
  first = contextWithNewSpan()
  second = contextWithNewSpan()
  stop = startContext()
})
afterEach(() => {
  stop()
  vi.unstubAllGlobals()
})

/** The span in which the browser's own event of `target` is told. */
const told = (target: object, type: string, members: object = {}) =>
  contextOfDispatch({ isTrusted: true, target, type, ...members } as never)?.context.span ?? null

describe('what the browser tells of a task is told in the context of the call that began it', () => {
  it('a request of IndexedDB and a transaction: the call that gave it', () => {
    const request = runIn(first, () => new IDBObjectStore().get())
    const transaction = runIn(second, () => new IDBDatabase().transaction())
    const nobodys = new IDBObjectStore().get()
    expect([told(request, 'success'), told(transaction, 'complete'), told(nobodys, 'success')]).toEqual([
      first.span,
      second.span,
      null,
    ])
    expect(() => runIn(first, () => new IDBObjectStore().put())).toThrow('read only')
  })

  it('but what other tabs cause has none: upgradeneeded and blocked', () => {
    const request = runIn(first, () => new IDBFactory().open())
    expect(['success', 'upgradeneeded', 'blocked'].map((type) => told(request, type))).toEqual([first.span, null, null])
  })

  it('a reader: the call that reads; the next call takes over, and abort() ends it', () => {
    const reader = runIn(first, () => new FileReader())
    expect(told(reader, 'load')).toBeNull()
    runIn(first, () => reader.readAsText())
    expect(told(reader, 'load')).toBe(first.span)
    runIn(second, () => reader.readAsText())
    expect(told(reader, 'load')).toBe(second.span)
    reader.abort()
    expect(told(reader, 'loadend')).toBeNull()
    reader.readAsText()
    expect(told(reader, 'load')).toBeNull()
  })

  it('a stream of events: the constructor, but its messages have none, whatever they are called', () => {
    const source = runIn(first, () => new globalThis.EventSource('/'))
    expect((source as unknown as EventSource).made).toBe(first.span)
    expect([source instanceof globalThis.EventSource, source.constructor === globalThis.EventSource]).toEqual([
      true,
      true,
    ])
    expect([told(source, 'open'), told(source, 'error')]).toEqual([first.span, first.span])
    expect(['message', 'open'].map((type) => told(source, type, { lastEventId: '' }))).toEqual([null, null])
  })

  it('an event: the same for all who hear of it, though the first of them begins the next task with the same object', () => {
    for (const [begins, next] of [
      [first, second],
      [null, first],
    ] as const) {
      const request = new XMLHttpRequest()
      const sendIn = (context: typeof first | null) => {
        request.open()
        if (context) runIn(context, () => request.send())
        else request.send()
      }
      sendIn(begins)
      const event = { isTrusted: true, target: request, type: 'load' } as never
      const whose = () => contextOfDispatch(event)?.context.span ?? null
      const before = whose()
      sendIn(next)
      expect([before, whose()]).toEqual([begins?.span ?? null, begins?.span ?? null])
      expect(told(Object.assign(request, { state: 1 }), 'loadend')).toBeNull() // of the first time
      expect(told(Object.assign(request, { state: 4 }), 'loadend')).toBe(next.span)
    }
  })

  it('a request that a listener of its loadstart opens and sends anew: the call that sent last', () => {
    for (const isNobodys of [false, true]) {
      const request = new XMLHttpRequest()
      const sendAnew = () => {
        starting = null
        request.open()
        request.send()
      }
      starting = () => (isNobodys ? runIn(ROOT_CONTEXT, sendAnew) : runIn(second, sendAnew))
      request.open()
      runIn(first, () => request.send())
      expect(told(request, 'load')).toBe(isNobodys ? null : second.span)
    }
  })

  it('an animation: up to its end, for all who hear of that', () => {
    const animation = new Animation()
    runIn(first, () => animation.play())
    const end = { isTrusted: true, target: animation, type: 'finish' } as never
    const whose = () => contextOfDispatch(end)?.context
    expect([whose(), whose()]).toEqual([first, first])
    expect(told(animation, 'finish')).toBeNull() // run again by its currentTime
    runIn(second, () => animation.play())
    expect(whose()).toBe(first) // another listener of the end before
    expect([whose(), told(animation, 'cancel'), told(animation, 'cancel')]).toEqual([first, second.span, null])
  })

  it.each([
    ['a request', XMLHttpRequest, 'send', 'load'],
    ['a reader', FileReader, 'readAsText', 'load'],
    ['an animation', Animation, 'play', 'finish'],
  ] as const)('%s that is busy and refuses a second call stays with the first', (_, Class, method, type) => {
    let isBusy = false
    const before = Object.getOwnPropertyDescriptor(Class.prototype, method)!
    stop()
    Object.defineProperty(Class.prototype, method, {
      ...before,
      value() {
        if (isBusy) throw new Error('busy')
        isBusy = true
      },
    })
    stop = startContext()
    const task = new Class() as object as Record<typeof method, () => void>
    const begin = () => task[method]()
    runIn(first, begin)
    expect(() => runIn(second, begin)).toThrow('busy')
    expect(begin).toThrow('busy')
    expect(told(task, type)).toBe(first.span)
    stop()
    Object.defineProperty(Class.prototype, method, before)
  })

  it('a request that is synchronous waits in none, and its events are told in its own', () => {
    const sentIn = (...args: unknown[]) => {
      const request = new XMLHttpRequest()
      request.open(...args)
      runIn(first, () => request.send())
      expect(told(request, 'load')).toBe(first.span)
      return request.sentIn
    }
    expect(
      [
        ['GET', '/'],
        ['GET', '/', true],
        ['GET', '/', false],
        ['GET', '/', undefined],
      ].map((args) => sentIn(...args)),
    ).toEqual([first.span, first.span, null, null])
    const request = new XMLHttpRequest()
    request.open('GET', '/', false)
    request.open('GET', '/')
    runIn(first, () => request.send())
    expect(request.sentIn).toBe(first.span)
  })

  it('a subclass of a patched class keeps its prototype', () => {
    class Own extends (globalThis.EventSource as unknown as typeof EventSource) {}
    const own = runIn(first, () => new Own())
    expect([own instanceof Own, own.constructor === Own, told(own, 'open')]).toEqual([true, true, first.span])
  })
})

describe('only what comes from outside is told so', () => {
  it('what a script dispatches belongs to the script', () => {
    const request = runIn(first, () => new IDBObjectStore().get())
    expect(contextOfDispatch({ isTrusted: false, target: request, type: 'success' } as never)).toBeUndefined()
  })

  it('inside a call of a context its own is on', () => {
    const request = runIn(first, () => new IDBObjectStore().get())
    expect(
      runIn(second, () => contextOfDispatch({ isTrusted: true, target: request, type: 'success' } as never)),
    ).toBeUndefined()
  })

  it('the error event of the window is told outside of every context', () => {
    const error = { isTrusted: true, target: globalThis, type: 'error' } as never
    expect([contextOfDispatch(error), runIn(first, () => contextOfDispatch(error))]).toEqual([null, null])
  })

  it.each([undefined, null, 5, 'text', {}])('%s is no event', (thing) => {
    expect(contextOfDispatch(thing as never)).toBeUndefined()
  })
})

it('after the stop every function is as it was, and the class is its own constructor again', () => {
  stop()
  expect([
    IDBObjectStore.prototype.get.toString().includes('native'),
    globalThis.EventSource === (EventSource as never),
  ]).toEqual([false, true])
  expect(new EventSource().constructor).toBe(EventSource)
})
