import { useState } from 'react'
import { Cart } from './Cart'
import { ProductCard } from './ProductCard'
import { useCart } from './useCart'
import { useProducts } from './useProducts'

export function App() {
  const [lastTraceId, tellTrace] = useState<string | null>(null)
  const products = useProducts(tellTrace)
  const cart = useCart(tellTrace)

  return (
    <>
      <div className="intro">
        <h1>React shop</h1>
        <p>
          The list is loaded in an effect, which is a trace. Each click is one too: it looks at the stock, puts the
          thing into the cart on the server, and then into the state.
        </p>
        <div className="row">
          <a className="trace-link" href={lastTraceId ? `/viewer/trace/${lastTraceId}` : undefined}>
            See the trace of what happened last
          </a>
        </div>
      </div>
      <div className="shop">
        <div className="products">
          {products.map((product) => (
            <ProductCard key={product.id} product={product} busy={cart.busy} onAdd={cart.add} />
          ))}
        </div>
        <Cart cart={cart} products={products} />
      </div>
    </>
  )
}
