import { fiveAttributes } from '../contestants/attributes'

type EndSpan = (name: string, attributes: Record<string, string | number | boolean>) => void

declare global {
  /** Begins with a collector that never answers. */
  var startQueue: (endpoint: string) => void
  /** Ends so many spans of five attributes, with so many further characters each. */
  var fillQueue: (count: number, characters: number) => void
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
}
