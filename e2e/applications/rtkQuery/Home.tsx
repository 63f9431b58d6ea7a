import { withSpan } from '@codomyrmex/telemetry'
import { useEffect } from 'react'
import { useDispatch, useSelector } from 'react-redux'
import { echo, nextFlow } from '../supportFlow'
import {
  list,
  shopApi,
  useAddToCartMutation,
  useLazySessionQuery,
  useListQuery,
  usePriceQuery,
  useSaveMutation,
} from './shopApi'
import { type AppDispatch, filterChosen, lineAdded, openProduct, type RootState } from './store'

export function Home() {
  const dispatch = useDispatch<AppDispatch>()
  const { added, filter } = useSelector(({ shop }: RootState) => shop)
  const { data, refetch } = useListQuery(undefined, { refetchOnMountOrArgChange: true })
  const [addToCart] = useAddToCartMutation()
  const [loadSession] = useLazySessionQuery()
  const [saveCart] = useSaveMutation()

  useEffect(() => {
    if (filter) void dispatch(shopApi.endpoints.price.initiate(filter))
  }, [dispatch, filter])

  const add = () => {
    const flow = nextFlow('add')
    void withSpan(flow, async () => {
      await fetch(echo(flow, 'handler')) // by hand: RTK Query refetches a list only when none of its own requests is under way
      Object.assign(list, { flow, where: 'refetch' })
      await addToCart(flow).unwrap()
      dispatch(lineAdded(flow))
    })
  }
  const refresh = () => {
    Object.assign(list, { flow: nextFlow('nobody'), where: 'refetch' })
    void refetch()
  }
  const choose = () => {
    const flow = nextFlow('filter')
    withSpan(flow, () => dispatch(filterChosen(flow)))
  }
  const save = () => {
    const flow = nextFlow('save')
    void withSpan(flow, async () => {
      await loadSession({ flow }, true).unwrap()
      dispatch(lineAdded(flow))
      await saveCart(flow).unwrap()
    })
  }
  const open = () => {
    const flow = nextFlow('open')
    void withSpan(flow, () => dispatch(openProduct(flow)))
  }

  return (
    <>
      <button type="button" id="add" onClick={add}>
        add
      </button>
      <button type="button" id="refresh" onClick={refresh}>
        refresh
      </button>
      <button type="button" id="filter" onClick={choose}>
        filter
      </button>
      <button type="button" id="save" onClick={save}>
        save
      </button>
      <button type="button" id="open" onClick={open}>
        open
      </button>
      <p>{data?.url}</p>
      {added.map((flow) => (
        <Line key={flow} flow={flow} />
      ))}
    </>
  )
}

/** Asks for its price once it is there. */
function Line({ flow }: { readonly flow: string }) {
  const { data } = usePriceQuery(flow)
  return <p>{data?.url ?? '…'}</p>
}
