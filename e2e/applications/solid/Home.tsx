/** @jsxImportSource solid-js */
import { withSpan } from '@codomyrmex/telemetry'
import { createEffect, createResource, createSignal, For, onMount } from 'solid-js'
import { createStore } from 'solid-js/store'
import { type Echo, echo, nextFlow, type Where } from '../supportFlow'
import { http, loadRows, loadSession, putIntoCart } from './backend'

interface HomeProps {
  readonly shownBy: string
  onOpen(flow: string): void
}

export function Home(props: HomeProps) {
  const [cause, setCause] = createSignal<readonly [flow: string, where: Where]>([props.shownBy, 'effect'])
  const [list] = createResource(cause, ([flow, where]) => http.get(echo(flow, where)).json<Echo>())
  const [shop, setShop] = createStore({ added: [] as string[] })
  const [filter, setFilter] = createSignal('')

  createEffect(() => {
    if (filter()) void loadRows('products', filter(), 'effect')
  })

  const add = () => {
    const flow = nextFlow('add')
    void withSpan(flow, async () => {
      await http.get(echo(flow, 'handler')).json()
      await putIntoCart(flow)
      setShop('added', shop.added.length, flow)
      setCause([flow, 'refetch'])
    })
  }
  const refresh = () => setCause([nextFlow('nobody'), 'refetch'])
  const choose = () => {
    const flow = nextFlow('filter')
    withSpan(flow, () => setFilter(flow))
  }
  const save = () => {
    const flow = nextFlow('save')
    void withSpan(flow, async () => {
      await loadSession(flow)
      setShop('added', shop.added.length, flow)
      await http.put(echo(flow, 'handler'), { json: { flow } })
    })
  }
  const open = () => {
    const flow = nextFlow('open')
    void withSpan(flow, async () => {
      await loadRows('reviews', flow, 'loader')
      props.onOpen(flow)
    })
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
      <p>{list.latest?.url}</p>
      <For each={shop.added}>{(flow) => <Line flow={flow} />}</For>
    </>
  )
}

/** Asks for its rows once it is there. */
function Line(props: { readonly flow: string }) {
  const [rows, setRows] = createSignal(0)
  onMount(async () => {
    setRows(await loadRows('lines', props.flow, 'effect'))
  })
  return <p>{rows()}</p>
}
