import { createElement, useEffect, useLayoutEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { createNotes, inEach, type Notes, own, until, type Who } from './flow'

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
