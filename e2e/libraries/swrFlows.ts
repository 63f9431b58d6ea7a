import { createElement, useState } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import useSWR, { mutate, preload } from 'swr'
import { createNotes, inEach, type Notes, own, until, type Who } from './flow'

const WHOSE = ['first', 'none', 'second'] as const
const setters: Partial<Record<Who, (isOpen: boolean) => void>> = {}
let cause = '' // of what the fetcher does

interface ProductProps {
  readonly who: Who
  readonly note: Notes['note']
}

function Product({ who, note }: ProductProps) {
  const [isOpen, setOpen] = useState(false)
  setters[who] = setOpen
  const fetcher = async () => {
    note(`the fetcher, ${cause}`, who)
    await own()
    note(`the fetcher behind an await, ${cause}`, who)
    return who
  }
  useSWR(isOpen ? `product ${who}` : null, fetcher, {
    onSuccess: () => note(`onSuccess, ${cause}`, who),
    dedupingInterval: 0,
  })
  return null
}

export async function plain() {
  const { seen, note } = createNotes()
  const root = createRoot(document.createElement('div'))
  flushSync(() => root.render(WHOSE.map((who) => createElement(Product, { who, note, key: who }))))
  cause = 'after a render'
  await inEach(async (who) => {
    setters[who]?.(true)
    await until(() => Object.keys(seen['onSuccess, after a render'] ?? {}).length === 3)
  })
  cause = 'after mutate()'
  await inEach(async (who) => {
    await mutate(`product ${who}`)
    note('behind await mutate()', who)
  })
  await inEach(async (who) => {
    const change = async () => {
      await own()
      note('a function that mutate() calls', who)
      return who
    }
    await mutate(`product ${who}`, change, { revalidate: false })
    note('behind await mutate() with a function', who)
  })
  await inEach(async (who) => {
    await preload('shared', async () => {
      await own()
      note('a fetcher of preload(), for the first flow', 'first')
    })
    note('behind await preload() of what the first flow asks for', who)
  })
  root.unmount()
  return seen
}
