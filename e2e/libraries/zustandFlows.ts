import { createJSONStorage, persist, subscribeWithSelector } from 'zustand/middleware'
import { createStore } from 'zustand/vanilla'
import { createNotes, inEach, own, type Who, wait } from './flow'

interface Shop {
  readonly last: Who
  readonly products: readonly Who[]
  load(who: Who): Promise<void>
}

export async function plain() {
  const { seen, note } = createNotes()
  const kept = new Map<string, string>()
  const storage = {
    getItem: async (name: string) => kept.get(name) ?? null,
    setItem: async (name: string, value: string) => {
      const { last } = (JSON.parse(value) as { state: Shop }).state
      note('the storage of persist(), by who changes', last)
      kept.set(name, value)
    },
    removeItem: async (name: string) => void kept.delete(name),
  }
  const store = createStore<Shop>()(
    persist(
      subscribeWithSelector((set, get) => ({
        last: 'none',
        products: [],
        async load(who) {
          await own()
          note('behind an await in an action', who)
          set({ last: who, products: [...get().products, who] })
        },
      })),
      { name: 'shop', storage: createJSONStorage(() => storage) },
    ),
  )
  const stops: (() => void)[] = []
  await wait(1) // it reads what was stored
  await inEach(async (who) => {
    stops.push(
      store.subscribe(({ last }) => note(`a subscriber that ${who} added, by who changes`, last)),
      store.subscribe(
        ({ products }) => products.length,
        () => note(`a subscriber with a selector that ${who} added, by who changes`, store.getState().last),
      ),
    )
    await store.getState().load(who)
    note('behind await of an action', who)
  })
  for (const stop of stops) stop()
  return seen
}
