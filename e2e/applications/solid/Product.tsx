/** @jsxImportSource solid-js */
import { createResource } from 'solid-js'
import { loadRows } from './backend'

interface ProductProps {
  readonly flow: string
  onLeave(): void
}

export function Product(props: ProductProps) {
  const [reviews] = createResource(
    () => props.flow,
    (flow) => loadRows('reviews', flow, 'effect'),
  )
  return (
    <>
      <p>{reviews.latest}</p>
      <button type="button" id="back" onClick={() => props.onLeave()}>
        back
      </button>
    </>
  )
}
