import { createElement, startTransition, useActionState, useEffect, useLayoutEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { createNotes, inEach, type Notes, own, until, type Who, wait } from './flow'
import { here } from './recipes/here'

const WHOSE = ['first', 'none', 'second'] as const
const setters: Partial<Record<Who, (count: number) => void>> = {}
let change = '' // what caused the render
let effects = 0

interface CountProps {
  readonly who: Who
  readonly note: Notes['note']
}

function Count({ who, note }: CountProps) {
  const [count, setCount] = useState(0)
  setters[who] = setCount
  if (count > 0) note(`${change}: the render`, who)
  useLayoutEffect(() => {
    if (count > 0) note(`${change}: a layout effect`, who)
  }, [who, note, count])
  useEffect(() => {
    if (count === 0) return
    note(`${change}: an effect`, who)
    effects++
  }, [who, note, count])
  return createElement('button', { type: 'button', id: who, onClick: () => setCount(count + 1) })
}

export async function plain() {
  const { seen, note } = createNotes()
  const host = document.body.appendChild(document.createElement('div'))
  const root = createRoot(host)
  flushSync(() => root.render(WHOSE.map((who) => createElement(Count, { who, note, key: who }))))

  change = 'state that is set behind an await'
  await inEach(async (who) => {
    await own()
    setters[who]?.(1)
    await until(() => effects === 3)
  })
  effects = 0
  change = 'state that is set by a click() of the flow'
  await inEach(async (who) => {
    host.querySelector<HTMLElement>(`#${who}`)?.click()
    await until(() => effects === 3)
  })
  effects = 0
  change = 'state that is set in flushSync()'
  await inEach(async (who) => {
    flushSync(() => setters[who]?.(3))
    await until(() => effects === 3)
  })
  root.unmount()
  host.remove()
  return seen
}

interface Order {
  readonly who: Who
  /** Runs what it is given in the span of whoever ordered. */
  readonly inSpan: (run: () => Promise<void>) => Promise<void>
}

interface CartProps {
  readonly save: (who: Who) => Promise<void>
}

let act: (order: Order) => void

function Cart({ save }: CartProps) {
  const ordered = async (_: null, { who, inSpan }: Order) => {
    await inSpan(() => save(who))
    return null
  }
  ;[, act] = useActionState(ordered, null)
  return null
}

/** Three actions of one `useActionState`, the later ones while the first is under way. */
async function order(inSpan: () => Order['inSpan']) {
  const { seen, note } = createNotes()
  let done = 0
  const save = async (who: Who) => {
    note('the action', who)
    await wait(10)
    note('the action, behind its await', who)
    done++
  }
  const root = createRoot(document.body.appendChild(document.createElement('div')))
  flushSync(() => root.render(createElement(Cart, { save })))
  await inEach(async (who) => {
    startTransition(() => act({ who, inSpan: inSpan() }))
    await until(() => done === 3)
  })
  root.unmount()
  return seen
}

export const actions = () => order(() => (run) => run())
export const actionsWithRecipe = () => order(here)
