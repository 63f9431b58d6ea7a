import { debounce, memoize, throttle } from 'lodash'
import { createNotes, inEach, own, until, type Who } from './flow'
import { debounceKeeping } from './recipes/debounceKeeping'

type Later = (fn: (who: Who) => void, ms: number) => (who: Who) => void

async function flows(debounced: Later, throttled: Later) {
  const { seen, note } = createNotes()
  let isSearched = false
  const search = debounced((who) => {
    note('the trailing call of debounce(), with the last arguments', who)
    isSearched = true
  }, 20)
  const leading = debounce((who: Who) => note('the leading call of debounce()', who), 20, {
    leading: true,
    trailing: false,
  })
  let times = 0
  const scroll = throttled((who) => {
    note(times++ === 0 ? 'the leading call of throttle()' : 'the trailing call of throttle()', who)
  }, 20)
  const load = memoize(async () => {
    await own()
    note('in a memoised function that the first flow called', 'first')
  })
  await inEach(async (who) => {
    search(who)
    leading(who)
    scroll(who)
    await load()
    note('behind await of a memoised function', who)
  })
  await until(() => times === 2 && isSearched)
  return seen
}

export const plain = () => flows(debounce, throttle)
export const withRecipe = () => flows(debounceKeeping, (fn, ms) => debounceKeeping(fn, ms, throttle as typeof debounce))
