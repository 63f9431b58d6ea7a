/** @jsxImportSource solid-js */
import { createSignal, Show } from 'solid-js'
import { nextFlow } from '../supportFlow'
import { Home } from './Home'
import { Product } from './Product'

export function App() {
  const [product, setProduct] = createSignal('')
  let shownBy = 'boot'
  const leave = () => {
    shownBy = nextFlow('nobody')
    setProduct('')
  }
  return (
    <Show when={product()} fallback={<Home shownBy={shownBy} onOpen={setProduct} />}>
      <Product flow={product()} onLeave={leave} />
    </Show>
  )
}
