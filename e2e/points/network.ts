import { createPoints, has, inCallback, outside } from './point'

/** fetch, its body, and XMLHttpRequest. */
export const network = createPoints()
const { follows } = network

follows('await fetch', async (look) => {
  await fetch('/lab/echo')
  return look()
})
follows('then of fetch', (look) => fetch('/lab/echo').then(() => look()))
follows('await response.json()', async (look) => {
  await (await fetch('/lab/echo')).json()
  return look()
})
follows('await response.text()', async (look) => {
  await (await fetch('/lab/echo')).text()
  return look()
})
follows('await response.arrayBuffer()', async (look) => {
  await (await fetch('/lab/echo')).arrayBuffer()
  return look()
})
follows('await a rejected fetch, in catch', async (look) => {
  try {
    await fetch('/lab/broken')
  } catch {
    return look()
  }
  return 'not rejected'
})
follows('reader.read() until the end', async (look) => {
  const reader = (await fetch('/lab/chunks')).body!.getReader()
  while (!(await reader.read()).done);
  return look()
})
follows(
  'for await over response.body',
  async (look) => {
    const { body } = await fetch('/lab/chunks')
    for await (const _ of body as unknown as AsyncIterable<Uint8Array>);
    return look()
  },
  () => has('values', ReadableStream.prototype),
)
follows('await response.blob()', async (look) => {
  await (await fetch('/lab/echo')).blob()
  return look()
})
follows('await response.body.pipeTo()', async (look) => {
  await (await fetch('/lab/chunks')).body!.pipeTo(new WritableStream())
  return look()
})
follows('await an aborted fetch, in catch', async (look) => {
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
follows('pipeThrough and read', async (look) => {
  const { body } = await fetch('/lab/chunks')
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  await reader.read()
  return look()
})
const send = (prepare: (xhr: XMLHttpRequest) => void, method = 'GET') => {
  const xhr = new XMLHttpRequest()
  xhr.open(method, '/lab/echo')
  prepare(xhr)
  xhr.send(method === 'POST' ? 'x'.repeat(1000) : null)
}
follows('XHR load listener', (look) =>
  inCallback(look, (done) => send((xhr) => xhr.addEventListener('load', () => done()))),
)
follows('XHR onload', (look) =>
  inCallback(look, (done) =>
    send((xhr) => {
      xhr.onload = () => done()
    }),
  ),
)
follows('XHR onreadystatechange', (look) =>
  inCallback(look, (done) =>
    send((xhr) => {
      xhr.onreadystatechange = () => xhr.readyState === 4 && done()
    }),
  ),
)
follows('XHR loadend listener', (look) =>
  inCallback(look, (done) => send((xhr) => xhr.addEventListener('loadend', () => done()))),
)
follows('XHR upload load listener', (look) =>
  inCallback(look, (done) => send((xhr) => xhr.upload.addEventListener('load', () => done()), 'POST')),
)
follows('XHR upload onload', (look) =>
  inCallback(look, (done) =>
    send((xhr) => {
      xhr.upload.onload = () => done()
    }, 'POST'),
  ),
)
