import { useSelector } from 'react-redux'
import { Home } from './Home'
import { Product } from './Product'
import type { RootState } from './store'

export function App() {
  const product = useSelector(({ shop }: RootState) => shop.product)
  return product ? <Product flow={product} /> : <Home />
}
