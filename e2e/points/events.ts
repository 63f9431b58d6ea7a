import { createPoints, inCallback, later, outside } from './point'

/** Listeners and handlers: they belong to who added them, whoever dispatches. */
export const events = createPoints()
const { follows } = events

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
follows('after an await inside a listener', (look) => {
  const target = new EventTarget()
  const seen = new Promise<string | null>((resolve) =>
    target.addEventListener('news', async () => {
      await later(1)
      resolve(look())
    }),
  )
  dispatchLater(target, 'news')
  return seen
})
follows('listener of the capture phase', (look) =>
  inCallback(look, (done) => {
    const outer = document.createElement('div')
    const inner = outer.appendChild(document.createElement('button'))
    outer.addEventListener('click', () => done(), { capture: true })
    outside(() => inner.click())
  }),
)
follows('AbortSignal.timeout listener', (look) =>
  inCallback(look, (done) => AbortSignal.timeout(2).addEventListener('abort', () => done())),
)
follows('matchMedia change listener', (look) =>
  inCallback(look, (done) => {
    const list = matchMedia('(min-width: 1px)')
    list.addEventListener('change', () => done())
    dispatchLater(list, 'change')
  }),
)
