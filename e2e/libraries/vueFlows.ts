import { createApp, defineComponent, h, nextTick, type Ref, ref, type WatchSource, watch, watchEffect } from 'vue'
import { createNotes, inEach, type Notes, type Who } from './flow'
import { watchInSpan } from './recipes/watchInSpan'

type Watch = (source: WatchSource<number>, callback: () => void) => () => void

const WHOSE = ['first', 'none', 'second'] as const

const buttonOf = (who: Who, count: Ref<number>, note: Notes['note']) =>
  defineComponent(() => () => {
    if (count.value > 0) note('a render', who)
    return h('button', { id: who, onClick: () => note('a handler of a render, by who clicks', who) }, who)
  })

async function flows(watchLater: Watch) {
  const { seen, note } = createNotes()
  const counts = { first: ref(0), none: ref(0), second: ref(0) } satisfies Record<Who, Ref<number>>
  const stops = WHOSE.flatMap((who) => [
    watchLater(counts[who], () => note('watch()', who)),
    watch(counts[who], () => note('watch() with flush: "sync"', who), { flush: 'sync' }),
    watchEffect(() => {
      if (counts[who].value > 0) note('watchEffect()', who)
    }),
  ])
  const buttons = WHOSE.map((who) => buttonOf(who, counts[who], note))
  const app = createApp({ render: () => buttons.map((button) => h(button)) })
  const root = document.body.appendChild(document.createElement('div'))
  app.mount(root)
  await inEach(async (who) => {
    counts[who].value++
    await nextTick()
    note('behind await nextTick()', who)
    root.querySelector<HTMLElement>(`#${who}`)?.click()
  })
  for (const stop of stops) stop()
  app.unmount()
  root.remove()
  return seen
}

export const plain = () => flows(watch)
export const withRecipe = () => flows(watchInSpan)
