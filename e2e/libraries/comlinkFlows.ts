import { expose, proxy, type Remote, releaseProxy, wrap } from 'comlink'
import { type Shop, shop } from './comlinkWorker'
import { flow, inFlow } from './flow'

/** One round of calls; each line is what came back and the flow that is current behind the `await`. */
async function call(remote: Remote<Shop>) {
  const lines: (readonly [value: unknown, flow: string | null])[] = []
  const note = (value: unknown) => lines.push([value, flow()])
  note(await remote.price(1))
  note(await remote.price(2))
  try {
    await remote.fail()
  } catch (error) {
    note((error as Error).message)
  }
  const told: (string | null)[] = []
  note(
    await remote.each(
      [1, 2],
      proxy(() => void told.push(flow())),
    ),
  )
  note(await Promise.all([remote.price(3), remote.price(4)]))
  const cart = await new remote.Cart()
  note(await cart.add(1))
  await remote.price(5).then(note)
  note(await Promise.resolve(remote.stock))
  note(await remote.stock) // a property is a thenable of Comlink's own: the last line, since nothing is known behind it
  return { lines, told }
}

async function callAll(remote: Remote<Shop>) {
  const [first, none, second] = await Promise.all([
    inFlow('first', () => call(remote)),
    call(remote),
    inFlow('second', () => call(remote)),
  ])
  remote[releaseProxy]()
  return { first, none, second }
}

export async function comlinkWorker(path: string) {
  const worker = new Worker(path, { type: 'module' })
  try {
    return await callAll(wrap<Shop>(worker))
  } finally {
    worker.terminate()
  }
}

export async function comlinkChannel() {
  const { port1, port2 } = new MessageChannel()
  expose(shop, port1)
  return callAll(wrap<Shop>(port2))
}
