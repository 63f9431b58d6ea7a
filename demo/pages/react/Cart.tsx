import { inEuros, type Product } from '../shopApi'
import type { CartState } from './useCart'

interface Props {
  readonly cart: CartState
  readonly products: readonly Product[]
}

export function Cart({ cart, products }: Props) {
  const total = cart.lines.reduce((sum, line) => sum + line.total, 0)
  const nameOf = (id: number) => products.find((product) => product.id === id)?.name

  return (
    <aside className="card cart" aria-label="Cart">
      <h2>Cart</h2>
      {cart.lines.length === 0 && <p className="quiet">Nothing yet. Add something.</p>}
      <ul>
        {cart.lines.map((line) => (
          <li key={line.id} className="row">
            <span>
              {line.quantity} × {nameOf(line.id)}
            </span>
            <span className="number push">{inEuros(line.total)}</span>
          </li>
        ))}
      </ul>
      <div className="row total">
        <strong>Total</strong>
        <strong className="number push">{inEuros(total)}</strong>
      </div>
      <button
        className="button primary"
        type="button"
        disabled={cart.busy || cart.lines.length === 0}
        onClick={cart.checkOut}
      >
        Pay
      </button>
      <div className="result" role="status" data-outcome={cart.outcome}>
        {cart.message}
      </div>
    </aside>
  )
}
