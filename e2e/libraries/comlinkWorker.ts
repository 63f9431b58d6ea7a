import { expose } from 'comlink'

/** What the page calls; in a worker nothing of telemetry is loaded. */
export const shop = {
  stock: 3,
  async price(product: number) {
    await Promise.resolve()
    return product * 100
  },
  fail() {
    throw new RangeError('sold out')
  },
  async each(products: readonly number[], tell: (product: number) => Promise<void> | void) {
    for (const product of products) await tell(product)
    return products.length
  },
  Cart: class {
    #products: number[] = []
    add(product: number) {
      this.#products.push(product)
      return this.#products.length
    }
  },
}

export type Shop = typeof shop

if ('WorkerGlobalScope' in globalThis) expose(shop)
