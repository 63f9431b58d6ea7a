import { withSpan } from '@codomyrmex/telemetry'
import { useState } from 'react'
import { addToCart, type CartLine, loadStock, type Product, pay } from '../shopApi'

export interface CartState {
  readonly lines: readonly CartLine[]
  readonly busy: boolean
  readonly outcome: 'done' | 'failed' | undefined
  readonly message: string
  readonly add: (product: Product) => void
  readonly checkOut: () => void
}

/** The cart, and what its clicks do. `tellTrace` hears the trace id of each. */
export function useCart(tellTrace: (traceId: string) => void): CartState {
  const [lines, setLines] = useState<readonly CartLine[]>([])
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<'done' | 'failed'>()
  const [message, setMessage] = useState('')

  const click = async (name: string, work: () => Promise<string>) => {
    setBusy(true)
    try {
      const done = await withSpan(`click ${name}`, (span) => {
        tellTrace(span.getTraceId())
        return work()
      })
      setOutcome('done')
      setMessage(done)
    } catch (error) {
      setOutcome('failed')
      setMessage(error instanceof Error ? error.message : String(error))
    }
    setBusy(false)
  }

  const add = ({ id, name }: Product) =>
    click('add to cart', async () => {
      const inStock = await loadStock(id)
      const quantity = 1 + (lines.find((line) => line.id === id)?.quantity ?? 0)
      if (quantity > inStock) throw new Error(`There are only ${inStock} of ${name}.`)
      const line = await addToCart(id, quantity)
      withSpan('update cart', () => setLines((before) => [...before.filter((other) => other.id !== id), line]))
      return `${name} is in your cart.`
    })

  const checkOut = () =>
    click('pay', async () => {
      await pay()
      return 'Paid.'
    })

  return { lines, busy, outcome, message, add, checkOut }
}
