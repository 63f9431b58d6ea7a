import { addElement, createPoints, inCallback, inTime, nextNumber, outside } from './point'

/** Observers: they tell of many changes at once, so of nobody’s. */
export const observers = createPoints()
const { none } = observers.by('observer', 'Observers')

none('MutationObserver, changed by the flow that observes', (look) =>
  inCallback(look, (done) => {
    const element = document.createElement('div')
    new MutationObserver(() => done()).observe(element, { attributes: true })
    element.setAttribute('title', 'new')
  }),
)
none('MutationObserver, changed by nobody', (look) =>
  inCallback(look, (done) => {
    const element = document.createElement('div')
    new MutationObserver(() => done()).observe(element, { attributes: true })
    outside(() => element.setAttribute('title', 'new'))
  }),
)
none('MutationObserver of another flow', (look, elsewhere) =>
  inCallback(look, (done) => {
    const element = document.createElement('div')
    elsewhere(() => new MutationObserver(() => done()).observe(element, { attributes: true }))
    element.setAttribute('title', 'new')
  }),
)
none('IntersectionObserver', (look) =>
  inCallback(look, (done) => new IntersectionObserver(() => done()).observe(addElement())),
)
none('ResizeObserver', (look) => inCallback(look, (done) => new ResizeObserver(() => done()).observe(addElement())))
none('ResizeObserver of another flow', (look, elsewhere) =>
  inCallback(look, (done) => {
    const element = addElement()
    let times = 0
    elsewhere(() => new ResizeObserver(() => void (++times === 2 && done())).observe(element))
    requestAnimationFrame(() => {
      element.style.height = '50px'
    })
    setTimeout(() => {
      element.style.height = '60px'
    }, 100)
  }),
)
none('PerformanceObserver', (look) =>
  inCallback(look, (done) => {
    new PerformanceObserver((_, observer) => {
      observer.disconnect()
      done()
    }).observe({ type: 'mark' })
    performance.mark('point')
  }),
)
none('PerformanceObserver of a resource', (look) =>
  inCallback(look, (done) => {
    new PerformanceObserver((_, observer) => {
      observer.disconnect()
      done()
    }).observe({ type: 'resource' })
    void fetch('/lab/echo').then((response) => response.text())
  }),
)
declare const ReportingObserver: new (
  done: (reports: unknown, observer: { disconnect(): void }) => void,
  options: object,
) => { observe(): void }
/** An image that waits to be seen is what Chromium tells of, once for a page and again for each who asks what was told before. */
const report = (done: () => void) => {
  const image = new Image()
  image.loading = 'lazy'
  image.src = `/lab/pixel.svg?${nextNumber()}`
  document.body.append(image)
  const observer = new ReportingObserver(
    () => {
      observer.disconnect()
      done()
    },
    { buffered: true },
  ) as { observe(): void; disconnect(): void }
  observer.observe()
}
none(
  'ReportingObserver',
  (look) => inCallback(look, report),
  inTime(() => new Promise((resolve) => report(() => resolve(true)))),
)
