import { expose, proxy, wrap } from 'comlink'
import { type Shop, shop } from './comlinkWorker'
import { createNotes, inEach } from './flow'
import { keepingProxy } from './recipes/keepingProxy'

async function flows(callback: <F extends (...args: never[]) => unknown>(fn: F) => F) {
  const { seen, note } = createNotes()
  const { port1, port2 } = new MessageChannel()
  expose(shop, port1)
  const remote = wrap<Shop>(port2)
  await inEach(async (who) => {
    await remote.price(1)
    note('behind await of a call', who)
    await remote.each(
      [1, 2],
      callback(() => note('a callback that the other side calls', who)),
    )
    note('behind await of a call with a callback', who)
  })
  return seen
}

export const plain = () => flows(proxy)
export const withRecipe = () => flows(keepingProxy)
