import { useDispatch } from 'react-redux'
import { nextFlow } from '../supportFlow'
import { list, usePriceQuery } from './shopApi'
import { productLeft } from './store'

export function Product({ flow }: { readonly flow: string }) {
  const dispatch = useDispatch()
  const { data } = usePriceQuery(flow)
  const goBack = () => {
    Object.assign(list, { flow: nextFlow('nobody'), where: 'effect' })
    dispatch(productLeft())
  }
  return (
    <>
      <p>{data?.url}</p>
      <button type="button" id="back" onClick={goBack}>
        back
      </button>
    </>
  )
}
