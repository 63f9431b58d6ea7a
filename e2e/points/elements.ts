import { createPoints, has, inCallback, nextNumber, outside } from './point'

/** The document: its loading parts, animations, elements, and those who watch it. */
export const elements = createPoints()
const { follows } = elements

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='
const addElement = () => document.body.appendChild(document.createElement('div'))
const animate = () => addElement().animate([{ opacity: 0 }, { opacity: 1 }], 5)

follows('await document.fonts.ready', async (look) => {
  await document.fonts.ready
  return look()
})
follows('await document.fonts.load()', async (look) => {
  await document.fonts.load('12px serif')
  return look()
})
follows('await animation.finished', async (look) => {
  await animate().finished
  return look()
})
follows('await animation.ready', async (look) => {
  await animate().ready
  return look()
})
follows('animation finish listener', (look) =>
  inCallback(look, (done) => animate().addEventListener('finish', () => done())),
)
follows('animation onfinish', (look) =>
  inCallback(look, (done) => {
    animate().onfinish = () => done()
  }),
)
follows('await image.decode()', async (look) => {
  const image = new Image()
  image.src = PIXEL
  await image.decode()
  return look()
})
follows('image load listener', (look) =>
  inCallback(look, (done) => {
    const image = new Image()
    image.addEventListener('load', () => done())
    image.src = PIXEL
  }),
)
follows('image onload', (look) =>
  inCallback(look, (done) => {
    const image = new Image()
    image.onload = () => done()
    image.src = PIXEL
  }),
)
follows('script onload', (look) =>
  inCallback(look, (done) => {
    const script = document.createElement('script')
    script.src = 'data:text/javascript,'
    script.onload = () => done()
    document.head.append(script)
  }),
)
follows('await createImageBitmap()', async (look) => {
  await createImageBitmap(new ImageData(1, 1))
  return look()
})
follows('canvas.toBlob', (look) => inCallback(look, (done) => document.createElement('canvas').toBlob(() => done())))
follows('await customElements.whenDefined()', async (look) => {
  const name = `x-point-${nextNumber()}`
  outside(() => customElements.define(name, class extends HTMLElement {}))
  await customElements.whenDefined(name)
  return look()
})
follows(
  'document.startViewTransition callback',
  (look) =>
    inCallback(look, (done) => {
      const { ready, finished } = document.startViewTransition(() => done())
      for (const promise of [ready, finished]) promise.catch(() => {}) // the next transition ends this one
    }),
  // WebKitGTK 2.50 without a graphics card crashes in it, also without us.
  () => has('startViewTransition', document) && !navigator.vendor.startsWith('Apple'),
)

follows('MutationObserver', (look) =>
  inCallback(look, (done) => {
    const element = document.createElement('div')
    new MutationObserver(() => done()).observe(element, { attributes: true })
    outside(() => element.setAttribute('title', 'new'))
  }),
)
follows('IntersectionObserver', (look) =>
  inCallback(look, (done) => new IntersectionObserver(() => done()).observe(addElement())),
)
follows('ResizeObserver', (look) => inCallback(look, (done) => new ResizeObserver(() => done()).observe(addElement())))
follows('PerformanceObserver', (look) =>
  inCallback(look, (done) => {
    new PerformanceObserver((_, observer) => {
      observer.disconnect()
      done()
    }).observe({ type: 'mark' })
    performance.mark('point')
  }),
)
