import { createPoints, has, outside } from './point'

/** fetch and its body. */
export const network = createPoints()
const { kept } = network.by('promise', 'then and await')

kept('await fetch', async (look) => {
  await fetch('/lab/echo')
  return look()
})
kept('then of fetch', (look) => fetch('/lab/echo').then(() => look()))
kept('await response.json()', async (look) => {
  await (await fetch('/lab/echo')).json()
  return look()
})
kept('await response.text()', async (look) => {
  await (await fetch('/lab/echo')).text()
  return look()
})
kept('await response.arrayBuffer()', async (look) => {
  await (await fetch('/lab/echo')).arrayBuffer()
  return look()
})
kept('await a rejected fetch, in catch', async (look) => {
  try {
    await fetch('/lab/broken')
  } catch {
    return look()
  }
  return 'not rejected'
})
kept('reader.read() until the end', async (look) => {
  const reader = (await fetch('/lab/chunks')).body!.getReader()
  while (!(await reader.read()).done);
  return look()
})
kept(
  'for await over response.body',
  async (look) => {
    const { body } = await fetch('/lab/chunks')
    for await (const _ of body as unknown as AsyncIterable<Uint8Array>);
    return look()
  },
  () => has('values', ReadableStream.prototype),
)
kept('await response.blob()', async (look) => {
  await (await fetch('/lab/echo')).blob()
  return look()
})
kept('await response.body.pipeTo()', async (look) => {
  await (await fetch('/lab/chunks')).body!.pipeTo(new WritableStream())
  return look()
})
kept('await an aborted fetch, in catch', async (look) => {
  const abort = new AbortController()
  try {
    const asked = fetch('/lab/hang', { signal: abort.signal })
    outside(() => abort.abort())
    await asked
  } catch {
    return look()
  }
  return 'not aborted'
})
kept('pipeThrough and read', async (look) => {
  const { body } = await fetch('/lab/chunks')
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  await reader.read()
  return look()
})
