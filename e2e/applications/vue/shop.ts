import { ofetch } from 'ofetch'
import { defineStore } from 'pinia'
import { type Echo, echo, type Where } from '../supportFlow'

interface ShopState {
  /** The list of products, as it came last. */
  list: string
  cart: string[]
}

export const useShop = defineStore('shop', {
  state: (): ShopState => ({ list: '', cart: [] }),
  actions: {
    async loadList(flow: string, where: Where) {
      const { url } = await ofetch<Echo>(echo(flow, where))
      this.list = url
    },
    async addToCart(flow: string) {
      await ofetch(echo(flow, 'mutation'), { method: 'POST', body: { flow } })
      this.cart.push(flow)
      await this.loadList(flow, 'refetch')
    },
  },
})

let session: Promise<Echo> | undefined

/** The visitor's session, loaded by the first who needs it. */
export function loadSession(flow: string): Promise<Echo> {
  session ??= ofetch<Echo>(echo(flow, 'handler'))
  return session
}
