import type { Flow, OPS, World } from '../../test/support/flows'
import { outside } from '../points/point'
import { type Commons, inTask, none } from './commons'

type Op = (typeof OPS)[string]

const share = (world: World, promise: Promise<unknown>) => {
  promise.catch(() => {})
  world.shared.push(promise)
  return promise
}
const sleep = (ms = 0) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** A target that flows share, and who dispatches on it at the moment: `null` is nobody. */
interface SharedTarget {
  readonly target: EventTarget
  listeners: number
  dispatcher: Flow | null
}
const MAX_LISTENERS = 6

/** Steps that only a page can take. What one flow begins is heard by listeners of another wherever the page can do that. */
export function createPlatformOps(commons: Commons, database: IDBDatabase): Record<string, Op> {
  const { lent, mayDo } = commons
  const targets: SharedTarget[] = []
  const targetFor = ({ random }: World) => {
    if (targets.length === 0 || random.below(4) === 0)
      targets.push({ target: document.createElement('button'), listeners: 0, dispatcher: null })
    return random.pick(targets.slice(-5))
  }
  /** A request that costs the browser something, while there are few enough: a server on the same busy machine answers them. */
  const ask = (options?: RequestInit) =>
    mayDo('request', 500) ? fetch('/lab/echo', options) : fetch('data:,text', options)
  const text = URL.createObjectURL(new Blob(['text']))
  const asked = () => (mayDo('request', 500) ? '/lab/echo' : text)
  /** Begins `make`'s task in this flow and listens in another. */
  const listened =
    <T extends EventTarget>(type: string, make: (flow: Flow) => T, begin: (made: T) => void, most: number): Op =>
    async (flow, { random }) => {
      if (!mayDo(type + String(make), most)) return sleep()
      const made = make(flow)
      const heard = inTask(
        () => flow.kept(`${type}, heard by another`),
        (done) =>
          commons.inAnother(random)(() => {
            const on = `on${type}`
            if (random.below(2) === 0) made.addEventListener(type, done, { once: true })
            else
              Object.assign(made, {
                [on]: () => {
                  Object.assign(made, { [on]: null })
                  done()
                },
              })
          }),
      )
      begin(made)
      return heard
    }

  return {
    'lends its context': async () => {
      lent.push(api.bind((work: () => unknown) => work()) as (typeof lent)[number])
    },
    'withSpan inside the flow': async (flow) => {
      await api.withSpan('inner', async (span) => {
        await Promise.resolve()
        flow.kept('behind an await', span)
        await sleep()
        flow.kept('behind a timer', span)
      })
      flow.kept('after it')
    },
    'a bound callback that another flow calls': (flow, { deferred }) =>
      new Promise<void>((resolve) => {
        const bound = api.bind(() => {
          flow.kept('callback')
          resolve()
        })
        deferred.push({ resolve: bound, reject: bound })
        setTimeout(bound, 5)
      }),

    // ── promises of the page ──
    fetch: async (flow) => {
      const response = await ask()
      flow.kept('answer')
      return response.text()
    },
    'a fetch that flows share': async (_flow, world) => share(world, ask()),
    'a fetch that is returned': (_flow, world) => share(world, (async () => ask())()),
    'an aborted fetch': async (flow) => {
      const abort = new AbortController()
      const answer = ask({ signal: abort.signal })
      queueMicrotask(() => abort.abort())
      try {
        await answer
      } catch {
        flow.kept('catch')
      }
    },
    'a stream that is read': async (flow) => {
      const reader = new Blob(['text']).stream().getReader()
      while (!(await reader.read()).done) flow.kept('chunk')
    },
    'blob.text()': (_flow, world) => share(world, new Blob(['text']).text()),
    'crypto.subtle': () => crypto.subtle.digest('SHA-256', new Uint8Array(8)),

    // ── schedulers and completions ──
    requestAnimationFrame: (flow) =>
      inTask(
        () => flow.kept('frame'),
        (done) => void requestAnimationFrame(done),
      ),
    requestIdleCallback: (flow) =>
      inTask(
        () => flow.kept('idle'),
        (done) =>
          void ('requestIdleCallback' in globalThis ? requestIdleCallback(done, { timeout: 20 }) : setTimeout(done)),
      ),
    setInterval: (flow) =>
      inTask(
        () => flow.kept('second time'),
        (done) => {
          let times = 0
          const id = setInterval(() => {
            if (++times < 2) return
            clearInterval(id)
            done()
          })
        },
      ),
    'a timer that starts a timer in another flow': (flow, { random }) =>
      inTask(
        () => flow.kept('own timer'),
        (done) => {
          setTimeout(() => commons.inAnother(random)(() => setTimeout(() => {})))
          setTimeout(done, 1)
        },
      ),
    'navigator.locks': (flow, { random }) =>
      navigator.locks.request(`lock ${random.below(4)}`, async () => {
        flow.kept('holds it')
        await sleep()
        flow.kept('still holds it')
      }),
    'canvas.toBlob': (flow) => {
      if (!mayDo('toBlob', 60)) return sleep()
      return inTask(
        () => flow.kept('callback'),
        (done) => document.createElement('canvas').toBlob(done),
      )
    },

    // ── listeners: whose they are makes no difference ──
    'listens to a shared target': async (flow, world) => {
      const shared = targetFor(world)
      if (shared.listeners >= MAX_LISTENERS) return
      shared.listeners++
      const look = () => {
        if (shared.dispatcher) shared.dispatcher.kept('listener of another flow')
        else none(flow, 'own listener, dispatched by nobody')
      }
      const form = world.random.below(4)
      if (form === 0) shared.target.addEventListener('news', look)
      if (form === 1) shared.target.addEventListener('news', { handleEvent: look })
      if (form === 2) shared.target.addEventListener('news', look, { capture: true, once: true })
      if (form === 3) (shared.target as HTMLElement).onclick = look
    },
    'dispatches on a shared target': async (flow, world) => {
      const shared = targetFor(world)
      const before = shared.dispatcher
      shared.dispatcher = flow
      shared.target.dispatchEvent(new Event('news'))
      ;(shared.target as HTMLElement).click()
      shared.dispatcher = before
      flow.kept('behind the dispatch')
    },
    'a shared target that nobody dispatches on': (_flow, world) => {
      const shared = targetFor(world)
      return new Promise<void>((resolve) =>
        outside(() => {
          shared.dispatcher = null
          shared.target.dispatchEvent(new Event('news'))
          resolve()
        }),
      )
    },
    'a listener that waits': (flow, { random }) => {
      const target = new EventTarget()
      const heard = commons.inAnother(random)(
        () =>
          new Promise<void>((resolve) =>
            target.addEventListener('news', async () => {
              await sleep()
              flow.kept('behind an await in it')
              resolve()
            }),
          ),
      )
      target.dispatchEvent(new Event('news'))
      return heard
    },
    'aborts what another flow listens to': async (flow, { random }) => {
      const abort = new AbortController()
      commons.inAnother(random)(() => abort.signal.addEventListener('abort', () => flow.kept('abort listener')))
      await sleep()
      abort.abort()
    },

    // ── tasks: begun here, heard elsewhere ──
    'an XMLHttpRequest': (flow, { random }) => {
      const { xhr, over } = commons.inAnother(random)(() => {
        const xhr = new XMLHttpRequest()
        xhr.open('GET', asked())
        xhr.addEventListener('load', () => flow.kept('load listener'))
        xhr.onreadystatechange = () => {
          if (xhr.readyState === 4) flow.kept('onreadystatechange')
        }
        return { xhr, over: new Promise((resolve) => xhr.addEventListener('loadend', resolve)) }
      })
      xhr.send()
      return over
    },
    'an XMLHttpRequest of another flow, aborted': async (flow, { random }) => {
      const xhr = commons.inAnother(random)(() => {
        const xhr = new XMLHttpRequest()
        xhr.open('GET', asked())
        xhr.send()
        xhr.onabort = () => flow.kept('onabort')
        return xhr
      })
      xhr.abort()
      flow.kept('behind abort()')
    },
    'a FileReader': listened(
      'load',
      () => new FileReader(),
      (reader) => reader.readAsText(new Blob(['text'])),
      Number.POSITIVE_INFINITY,
    ),
    'a request of IndexedDB': listened(
      'success',
      () => database.transaction('things', 'readwrite').objectStore('things').put('thing', 1),
      () => {},
      400,
    ),
    'a transaction of IndexedDB': listened(
      'complete',
      () => {
        const transaction = database.transaction('things', 'readwrite')
        transaction.objectStore('things').put('thing', 2)
        return transaction
      },
      () => {},
      400,
    ),
    'requests of IndexedDB in a transaction of another flow': async (flow, { random }) => {
      if (!mayDo('transactions', 300)) return sleep()
      const another = commons.inAnother(random)
      const store = another(() => database.transaction('things', 'readwrite').objectStore('things'))
      const answers = [1, 2].map(async (key) => {
        await new Promise((resolve) => {
          store.put('thing', key).onsuccess = resolve
        })
        flow.kept('behind it')
      })
      another(() => store.get(1))
      return Promise.all(answers)
    },
    'an animation': listened(
      'finish',
      () => document.body.animate([{ opacity: 1 }, { opacity: 1 }], 1),
      () => {},
      100,
    ),
    'a WebSocket': (flow, { random }) => {
      if (!mayDo('WebSocket', 40)) return sleep()
      const socket = new WebSocket(`ws://${location.host}/lab/socket`)
      return commons.inAnother(random)(
        () =>
          new Promise<void>((resolve) => {
            socket.onopen = () => flow.kept('onopen')
            socket.addEventListener('message', () => {
              none(flow, 'message listener')
              socket.close()
            })
            socket.onclose = () => {
              flow.kept('onclose')
              resolve()
            }
          }),
      )
    },
    'an EventSource': (flow, { random }) => {
      if (!mayDo('EventSource', 20)) return sleep()
      const source = new EventSource('/lab/events')
      return commons.inAnother(random)(
        () =>
          new Promise<void>((resolve) => {
            source.onopen = () => flow.kept('onopen')
            source.onmessage = () => none(flow, 'onmessage')
            source.addEventListener('news', () => {
              none(flow, 'a named event')
              source.close()
              resolve()
            })
          }),
      )
    },

    // ── what belongs to nobody ──
    'MessagePort onmessage': (flow) =>
      inTask(
        () => none(flow, 'onmessage'),
        (done) => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => {
            port1.close()
            done()
          }
          port2.postMessage(1)
        },
      ),
    'a port that another flow listens to': (flow, { random }) =>
      inTask(
        () => none(flow, 'message listener'),
        (done) => {
          const { port1, port2 } = new MessageChannel()
          commons.inAnother(random)(() => {
            port1.addEventListener('message', () => {
              port1.close()
              done()
            })
            port1.start()
          })
          port2.postMessage(1)
        },
      ),
    'window.postMessage': (flow, { random }) => {
      const number = random.next()
      return inTask(
        () => none(flow, 'message listener'),
        (done) => {
          const hear = ({ data }: MessageEvent) => {
            if (data !== number) return
            removeEventListener('message', hear)
            done()
          }
          addEventListener('message', hear)
          postMessage(number)
        },
      )
    },
    'a MutationObserver': (flow, { random }) =>
      inTask(
        () => none(flow, 'observer'),
        (done) => {
          const element = document.createElement('div')
          commons.inAnother(random)(() => new MutationObserver(done).observe(element, { attributes: true }))
          element.title = 'new'
        },
      ),
    'a ResizeObserver': (flow) => {
      if (!mayDo('ResizeObserver', 60)) return sleep()
      return inTask(
        () => none(flow, 'observer'),
        (done) =>
          new ResizeObserver((_, observer) => {
            observer.disconnect()
            done()
          }).observe(document.body),
      )
    },
    'a module that is evaluated': (flow, { random }) => {
      if (!mayDo('module', 40)) return sleep()
      const name = `evaluated${random.next()}`
      Object.assign(globalThis, { [name]: () => none(flow, 'its evaluation') })
      return import(`data:text/javascript,globalThis['${name}']()`)
    },
  }
}
