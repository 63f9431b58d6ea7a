import { withSpan } from '@codomyrmex/telemetry'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import axios from 'axios'
import { useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { type Echo, echo, nextFlow } from '../supportFlow'
import { listQuery } from './listQuery'
import { loadSession } from './session'

export function Home() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [added, setAdded] = useState<readonly string[]>([])
  const [filter, setFilter] = useState('')
  const list = useQuery(listQuery)
  const putIntoCart = useMutation({
    mutationFn: async (flow: string) => (await axios.post<Echo>(echo(flow, 'mutation'))).data,
    onSuccess: async (_answer, flow) => {
      listQuery.meta.cause = { flow, where: 'refetch' }
      await client.invalidateQueries({ queryKey: listQuery.queryKey })
    },
  })

  useEffect(() => {
    if (filter) void axios.get<Echo>(echo(filter, 'effect'))
  }, [filter])

  const add = () => {
    const flow = nextFlow('add')
    void withSpan(flow, async () => {
      await axios.get<Echo>(echo(flow, 'handler'))
      await putIntoCart.mutateAsync(flow)
      setAdded((before) => [...before, flow])
    })
  }
  const refresh = () => {
    listQuery.meta.cause = { flow: nextFlow('nobody'), where: 'refetch' }
    void list.refetch()
  }
  const choose = () => {
    const flow = nextFlow('filter')
    withSpan(flow, () => setFilter(flow))
  }
  const save = () => {
    const flow = nextFlow('save')
    void withSpan(flow, async () => {
      await loadSession(flow)
      setAdded((before) => [...before, flow])
      await axios.put<Echo>(echo(flow, 'handler'))
    })
  }
  const open = () => {
    const flow = nextFlow('open')
    void withSpan(flow, () => navigate(`/product?by=${flow}`))
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
      <p>{list.data?.url}</p>
      {added.map((flow) => (
        <Line key={flow} flow={flow} />
      ))}
    </>
  )
}

/** Asks for its price once it is there. */
function Line({ flow }: { readonly flow: string }) {
  const [price, setPrice] = useState('…')
  useEffect(() => {
    void axios.get<Echo>(echo(flow, 'effect')).then(({ data }) => setPrice(data.url))
  }, [flow])
  return <p>{price}</p>
}
