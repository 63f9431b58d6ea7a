import type { CSSProperties } from 'react'
import { hueOf, inEuros, type Product } from '../shopApi'

interface Props {
  readonly product: Product
  readonly busy: boolean
  readonly onAdd: (product: Product) => void
}

export function ProductCard({ product, busy, onAdd }: Props) {
  return (
    <article className="card product">
      <span className="tile" aria-hidden="true" style={{ '--hue': hueOf(product) } as CSSProperties}>
        {product.name[0]}
      </span>
      <h2>{product.name}</h2>
      <p className="number">{inEuros(product.price)}</p>
      <button
        className="button"
        type="button"
        disabled={busy}
        aria-label={`Add ${product.name} to the cart`}
        onClick={() => onAdd(product)}
      >
        Add
      </button>
    </article>
  )
}
