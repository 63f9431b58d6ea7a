import { fiveAttributes } from '../contestants/attributes'

type EndSpan = (name: string, attributes: Record<string, string | number | boolean>) => void

declare global {
  /** Begins with a collector that never answers. */
  var startQueue: (endpoint: string) => void
  /** Ends so many spans of five attributes, with so many further characters each. */
  var fillQueue: (count: number, characters: number) => void
  /** The page is told that it hides; milliseconds until everything that follows at once is done. */
  var hideQueue: () => Promise<number>
}

/** Puts one contestant's queue where the benchmark finds it. */
export function enterQueue(start: (endpoint: string) => EndSpan): void {
  let end: EndSpan = () => {}
  globalThis.startQueue = (endpoint) => {
    end = start(endpoint)
  }
  globalThis.fillQueue = (count, characters) => {
    for (let i = 0; i < count; i++) {
      // Changed as a whole, since what is only padded is kept as references to one and the same text.
      const more = characters > 0 ? { text: `${i} `.padEnd(characters, 'abcdefgh').toUpperCase() } : {}
      end('load', { ...fiveAttributes(i), ...more })
    }
  }
  globalThis.hideQueue = async () => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    const { port1, port2 } = new MessageChannel()
    const nextTask = new Promise((resolve) => {
      port1.onmessage = resolve
    })
    const since = performance.now()
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    port2.postMessage(null)
    await nextTask // what is done in microtasks belongs to it
    return performance.now() - since
  }
}
