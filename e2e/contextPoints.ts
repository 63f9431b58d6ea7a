// The list of places where work goes on later. Runs in the page, as it is written: see support/serveModule.ts.

/** Reads the current span, in the page's words: the name of its flow, or null. */
type Look = () => string | null

/**
 * One place: `run` starts something asynchronous and gives what `look` said there. `follows: false` is a place that no context
 * is known to reach yet: there must be none, which is allowed, while another flow's is never.
 */
export interface ContextPoint {
  readonly name: string
  readonly follows: boolean
  readonly run: (look: Look) => Promise<string | null> | string | null
}

const points: ContextPoint[] = []
const follows = (name: string, run: ContextPoint['run']) => void points.push({ name, run, follows: true })
const lost = (name: string, run: ContextPoint['run']) => void points.push({ name, run, follows: false })

/** Runs `work` later, from a task that belongs to no flow: this channel was made before the first of them. */
const outside = (() => {
  const waiting: (() => void)[] = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => waiting.shift()?.()
  return (work: () => void) => {
    waiting.push(work)
    port2.postMessage(null)
  }
})()

const pause = (ms = 1) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const later = <T>(value: T) => new Promise<T>((resolve) => outside(() => resolve(value)))
const failLater = () => new Promise<never>((_, reject) => outside(() => reject(new Error('on purpose'))))
const asyncValue = async () => {
  await pause()
  return 1
}

/** Looks inside a callback that somebody else calls. */
const inCallback = (look: Look, subscribe: (callback: () => void) => void) =>
  new Promise<string | null>((resolve) => subscribe(() => resolve(look())))

// ── await ──
follows('await an async function', async (look) => {
  await asyncValue()
  return look()
})
follows('await new Promise, settled by nobody’s task', async (look) => {
  await later(1)
  return look()
})
follows('await Promise.resolve()', async (look) => {
  await Promise.resolve(1)
  return look()
})
follows('await five times', async (look) => {
  for (let i = 0; i < 5; i++) await later(i)
  return look()
})
follows('await in an async function that is awaited', async (look) => {
  const inner = async () => {
    await later(1)
    return look()
  }
  return await inner()
})
follows('after an awaited function that awaited', async (look) => {
  const inner = async () => {
    await later(1)
    await later(2)
  }
  await inner()
  return look()
})
follows('return of a promise, then await', async (look) => {
  const inner = async () => later(1)
  await inner()
  return look()
})
follows('await of a promise that several flows share', async (look) => {
  shared ??= later(1)
  await shared
  return look()
})
let shared: Promise<number> | null = null
follows('await Promise.all', async (look) => {
  await Promise.all([later(1), asyncValue(), 3])
  return look()
})
follows('await Promise.allSettled', async (look) => {
  await Promise.allSettled([later(1), failLater()])
  return look()
})
follows('await Promise.race', async (look) => {
  await Promise.race([later(1), pause(20)])
  return look()
})
follows('await Promise.any', async (look) => {
  await Promise.any([failLater(), later(1)])
  return look()
})
follows('a deferred that nobody’s task resolves', async (look) => {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  outside(resolve)
  await promise
  return look()
})
follows('a rejected await, in catch', async (look) => {
  try {
    await failLater()
  } catch {
    return look()
  }
  return 'not rejected'
})
follows('a rejected await, in finally', async (look) => {
  let seen: string | null = null
  const inner = async () => {
    try {
      await failLater()
    } finally {
      seen = look()
    }
  }
  await inner().catch(() => {})
  return seen
})
follows('await after a rejected await', async (look) => {
  await failLater().catch(() => {})
  await later(1)
  return look()
})

// ── then ──
follows('then', (look) => later(1).then(() => look()))
follows('a chain of then', (look) =>
  later(1)
    .then(() => later(2))
    .then(() => look()),
)
follows('catch', (look) => failLater().catch(() => look()))
follows('finally', async (look) => {
  let seen: string | null = null
  await later(1).finally(() => {
    seen = look()
  })
  return seen
})
follows('then of an async function’s promise', (look) => asyncValue().then(() => look()))
follows('queueMicrotask', (look) => inCallback(look, queueMicrotask))

// ── classes and generators ──
class Shop {
  private readonly look: Look
  constructor(look: Look) {
    this.look = look
  }
  async method() {
    await later(1)
    return this.look()
  }
  arrow = async () => {
    await later(1)
    return this.look()
  }
  get getter() {
    return this.method()
  }
  async #hidden() {
    await later(1)
    return this.look()
  }
  viaPrivate() {
    return this.#hidden()
  }
  static async ofClass(look: Look) {
    await later(1)
    return look()
  }
}
follows('async method', (look) => new Shop(look).method())
follows('async arrow in a class field', (look) => new Shop(look).arrow())
follows('getter that gives a promise', (look) => new Shop(look).getter)
follows('private async method', (look) => new Shop(look).viaPrivate())
follows('static async method', (look) => Shop.ofClass(look))
async function* counting(seen?: (value: string | null) => void, look?: Look) {
  for (let i = 0; i < 3; i++) {
    await later(i)
    if (look) seen?.(look())
    yield i
  }
}
follows('for await over an async generator', async (look) => {
  for await (const _ of counting());
  return look()
})
follows('inside the loop of for await', async (look) => {
  for await (const i of counting()) if (i === 2) return look()
  return 'no loop'
})
follows('inside an async generator, after its await', async (look) => {
  let seen: string | null = 'never'
  for await (const _ of counting((value) => (seen = value), look));
  return seen
})
follows('for await over promises', async (look) => {
  for await (const _ of [later(1), asyncValue()]);
  return look()
})

// ── network ──
follows('await fetch', async (look) => {
  await fetch('/lab/echo')
  return look()
})
follows('then of fetch', (look) => fetch('/lab/echo').then(() => look()))
follows('await response.json()', async (look) => {
  await (await fetch('/lab/echo')).json()
  return look()
})
follows('await response.text()', async (look) => {
  await (await fetch('/lab/echo')).text()
  return look()
})
follows('await response.arrayBuffer()', async (look) => {
  await (await fetch('/lab/echo')).arrayBuffer()
  return look()
})
follows('await a rejected fetch, in catch', async (look) => {
  try {
    await fetch('/lab/broken')
  } catch {
    return look()
  }
  return 'not rejected'
})
follows('reader.read() until the end', async (look) => {
  const reader = (await fetch('/lab/chunks')).body!.getReader()
  while (!(await reader.read()).done);
  return look()
})
follows('for await over response.body', async (look) => {
  const { body } = await fetch('/lab/chunks')
  if (!(Symbol.asyncIterator in body!)) return look()
  for await (const _ of body as unknown as AsyncIterable<Uint8Array>);
  return look()
})
follows('pipeThrough and read', async (look) => {
  const { body } = await fetch('/lab/chunks')
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  await reader.read()
  return look()
})
const send = (prepare: (xhr: XMLHttpRequest) => void, method = 'GET') => {
  const xhr = new XMLHttpRequest()
  xhr.open(method, '/lab/echo')
  prepare(xhr)
  xhr.send(method === 'POST' ? 'x'.repeat(1000) : null)
}
follows('XHR load listener', (look) =>
  inCallback(look, (done) => send((xhr) => xhr.addEventListener('load', () => done()))),
)
follows('XHR onload', (look) =>
  inCallback(look, (done) =>
    send((xhr) => {
      xhr.onload = () => done()
    }),
  ),
)
follows('XHR onreadystatechange', (look) =>
  inCallback(look, (done) =>
    send((xhr) => {
      xhr.onreadystatechange = () => xhr.readyState === 4 && done()
    }),
  ),
)
follows('XHR loadend listener', (look) =>
  inCallback(look, (done) => send((xhr) => xhr.addEventListener('loadend', () => done()))),
)
follows('XHR upload load listener', (look) =>
  inCallback(look, (done) => send((xhr) => xhr.upload.addEventListener('load', () => done()), 'POST')),
)
follows('XHR upload onload', (look) =>
  inCallback(look, (done) =>
    send((xhr) => {
      xhr.upload.onload = () => done()
    }, 'POST'),
  ),
)

// ── timers and frames ──
follows('setTimeout', (look) => inCallback(look, (done) => void setTimeout(done, 1)))
follows('setTimeout in setTimeout', (look) => inCallback(look, (done) => void setTimeout(() => setTimeout(done, 1), 1)))
follows('setInterval, third time', (look) =>
  inCallback(look, (done) => {
    let times = 0
    const id = setInterval(() => {
      if (++times < 3) return
      clearInterval(id)
      done()
    }, 1)
  }),
)
follows('requestAnimationFrame', (look) => inCallback(look, requestAnimationFrame))
follows('await a timer, twice', async (look) => {
  await pause()
  await pause()
  return look()
})

// ── events: the listener belongs to who added it, whoever dispatches ──
const dispatchLater = (target: EventTarget, type: string) => outside(() => target.dispatchEvent(new Event(type)))
follows('addEventListener on an element', (look) =>
  inCallback(look, (done) => {
    const button = document.createElement('button')
    button.addEventListener('click', () => done())
    dispatchLater(button, 'click')
  }),
)
follows('onclick', (look) =>
  inCallback(look, (done) => {
    const button = document.createElement('button')
    button.onclick = () => done()
    dispatchLater(button, 'click')
  }),
)
follows('custom event on an EventTarget', (look) =>
  inCallback(look, (done) => {
    const target = new EventTarget()
    target.addEventListener('news', () => done(), { once: true })
    dispatchLater(target, 'news')
  }),
)
follows('listener object with handleEvent', (look) =>
  inCallback(look, (done) => {
    const target = new EventTarget()
    target.addEventListener('news', { handleEvent: () => done() })
    dispatchLater(target, 'news')
  }),
)
follows('abort listener of a signal', (look) =>
  inCallback(look, (done) => {
    const abort = new AbortController()
    abort.signal.addEventListener('abort', () => done())
    outside(() => abort.abort())
  }),
)
follows('MutationObserver', (look) =>
  inCallback(look, (done) => {
    const element = document.createElement('div')
    new MutationObserver(() => done()).observe(element, { attributes: true })
    outside(() => element.setAttribute('title', 'new'))
  }),
)
follows('IntersectionObserver', (look) =>
  inCallback(look, (done) => {
    const element = document.body.appendChild(document.createElement('div'))
    new IntersectionObserver(() => done()).observe(element)
  }),
)
follows('MessagePort with addEventListener', (look) =>
  inCallback(look, (done) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => done())
    port1.start()
    port2.postMessage(1)
  }),
)

// ── storage, files, and other platform promises ──
let databases = 0
const openDatabase = () => indexedDB.open(`points-${performance.timeOrigin}-${databases++}`)
follows('IndexedDB in a promise', async (look) => {
  await new Promise<void>((resolve, reject) => {
    const request = openDatabase()
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
  })
  return look()
})
follows('IndexedDB onsuccess', (look) =>
  inCallback(look, (done) => {
    openDatabase().onsuccess = () => done()
  }),
)
follows('IndexedDB success listener', (look) =>
  inCallback(look, (done) => openDatabase().addEventListener('success', () => done())),
)
follows('FileReader onload', (look) =>
  inCallback(look, (done) => {
    const reader = new FileReader()
    reader.onload = () => done()
    reader.readAsText(new Blob(['text']))
  }),
)
follows('FileReader load listener', (look) =>
  inCallback(look, (done) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => done())
    reader.readAsText(new Blob(['text']))
  }),
)
follows('await blob.text()', async (look) => {
  await new Blob(['text']).text()
  return look()
})
follows('await import()', async (look) => {
  await import(`data:text/javascript,export default ${databases++}`)
  return look()
})
follows('await crypto.subtle.digest()', async (look) => {
  await crypto.subtle.digest('SHA-256', new Uint8Array(8))
  return look()
})
follows('await createImageBitmap()', async (look) => {
  await createImageBitmap(new ImageData(1, 1))
  return look()
})
follows('await WebAssembly.compile()', async (look) => {
  await WebAssembly.compile(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))
  return look()
})
follows('await document.fonts.ready', async (look) => {
  await document.fonts.ready
  return look()
})
follows('await animation.finished', async (look) => {
  const element = document.body.appendChild(document.createElement('div'))
  await element.animate([{ opacity: 0 }, { opacity: 1 }], 5).finished
  return look()
})
follows('await customElements.whenDefined()', async (look) => {
  const name = `x-point-${databases++}`
  outside(() => customElements.define(name, class extends HTMLElement {}))
  await customElements.whenDefined(name)
  return look()
})
follows('await navigator.locks.request()', async (look) => {
  await navigator.locks.request(`point-${databases++}`, async () => {})
  return look()
})

// ── callbacks of the platform ──
follows('ResizeObserver', (look) =>
  inCallback(look, (done) => {
    const element = document.body.appendChild(document.createElement('div'))
    new ResizeObserver(() => done()).observe(element)
  }),
)
follows('MessagePort onmessage', (look) =>
  inCallback(look, (done) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => done()
    port2.postMessage(1)
  }),
)
follows('BroadcastChannel onmessage', (look) =>
  inCallback(look, (done) => {
    const name = `point-${databases++}`
    const receiver = new BroadcastChannel(name)
    receiver.onmessage = () => done()
    new BroadcastChannel(name).postMessage(1)
  }),
)
follows('PerformanceObserver', (look) =>
  inCallback(look, (done) => {
    new PerformanceObserver((_, observer) => {
      observer.disconnect()
      done()
    }).observe({ type: 'mark' })
    performance.mark('point')
  }),
)
follows('requestIdleCallback', (look) =>
  inCallback(look, (done) => void requestIdleCallback(() => done(), { timeout: 50 })),
)
follows('navigator.locks callback', (look) =>
  inCallback(look, (done) => void navigator.locks.request(`point-${databases++}`, async () => done())),
)

// ── not reached yet: none, and never another flow's ──
lost('await of a number', async (look) => {
  await (42 as unknown as Promise<number>)
  return look()
})
lost('await of undefined', async (look) => {
  await undefined
  return look()
})
lost('await of a foreign thenable', async (look) => {
  await { then: (resolve: (value: number) => void) => outside(() => resolve(1)) }
  return look()
})
lost('await of a subclass of Promise', async (look) => {
  class Task<T> extends Promise<T> {}
  await new Task<void>((resolve) => outside(resolve))
  return look()
})
lost('await of another realm’s promise', async (look) => {
  const frame = document.body.appendChild(document.createElement('iframe'))
  const Foreign = (frame.contentWindow as unknown as { Promise: PromiseConstructor }).Promise
  await new Foreign<void>((resolve) => outside(resolve))
  return look()
})

/** @public The page imports it when it runs. */
export const contextPoints: readonly ContextPoint[] = points
