import { comes, createPoints, has, heard, later, listened, nextNumber } from './point'

/** Messages: ports, channels, workers, sockets and streams of events. */
export const channels = createPoints()

const ports = channels.by('outside', '9.4 channel messaging')
ports.none('MessagePort: message', (look) => {
  const { port1, port2 } = new MessageChannel()
  const seen = heard(look, port1, 'message')
  port2.postMessage(1)
  return seen
})
ports.none('MessagePort: message, listener and start()', (look) => {
  const { port1, port2 } = new MessageChannel()
  const seen = listened(look, port1, 'message')
  port1.start()
  port2.postMessage(1)
  return seen
})
ports.none('after an await inside onmessage of a MessagePort', (look) => {
  const { port1, port2 } = new MessageChannel()
  const seen = new Promise<string | null>((resolve) => {
    port1.onmessage = async () => {
      await later(1)
      resolve(look())
    }
  })
  port2.postMessage(1)
  return seen
})
ports.none(
  'MessagePort: close',
  (look) => {
    const { port1, port2 } = new MessageChannel()
    const seen = heard(look, port1, 'close')
    port1.start()
    port2.close()
    return seen
  },
  comes(() => {
    const { port1, port2 } = new MessageChannel()
    port1.start()
    return { target: port1, type: 'close', cause: () => port2.close() }
  }),
)
channels.by('outside', '9.5 broadcasting').none('BroadcastChannel: message', (look) => {
  const name = `point-${nextNumber()}`
  const receiver = new BroadcastChannel(name)
  const seen = heard(look, receiver, 'message')
  new BroadcastChannel(name).postMessage(1)
  return seen
})
const page = globalThis as unknown as EventTarget
channels.by('outside', '9.3 cross-document messaging').none('window.postMessage(): message', (look) => {
  const number = nextNumber()
  const seen = listened(look, page, 'message', (event) => (event as MessageEvent).data === number)
  postMessage(number)
  return seen
})

// ── workers ──
const url = (code: string) => URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
const workers = channels.by('outside', 'Externally-caused event dispatches')
workers.none('Worker: message', (look) => heard(look, new Worker(url('postMessage(1)')), 'message'))
workers.none('Worker: message that answers one of this flow', (look) => {
  const worker = new Worker(url('onmessage = () => postMessage(1)'))
  const seen = heard(look, worker, 'message')
  worker.postMessage(1)
  return seen
})
workers.none('Worker: error while it runs', (look) => {
  const worker = new Worker(url('onmessage = () => { throw new Error("on purpose") }'))
  const seen = heard(look, worker, 'error')
  worker.postMessage(1)
  return seen
})
workers.none(
  'SharedWorker: message of its port',
  (look) => {
    const { port } = new SharedWorker(url('onconnect = ({ ports: [port] }) => port.postMessage(1)'))
    return heard(look, port, 'message')
  },
  () => has('SharedWorker'),
)
const starting = channels.by('task', '10.2.4, 10.2.6 workers')
starting.mayBeNone('Worker that cannot be loaded: error', (look, elsewhere) => {
  const worker = new Worker('/lab/status/404')
  return elsewhere(() => heard(look, worker, 'error'))
})
starting.mayBeNone(
  'SharedWorker that cannot be loaded: error',
  (look, elsewhere) => {
    const worker = new SharedWorker(`/lab/status/404?${nextNumber()}`)
    return elsewhere(() => heard(look, worker, 'error'))
  },
  () => has('SharedWorker'),
)

// ── sockets ──
const sockets = channels.by('task', 'ours: as EventSource')
const socket = () => new WebSocket(`ws://${location.host}/lab/socket`) // says one word to whoever opens it
/** Nobody listens there. Another port each time: Firefox waits before it asks again where it was refused. */
const unreachable = () => new WebSocket(`ws://127.0.0.1:${59_000 + (nextNumber() % 6_000)}/`)
sockets.kept('WebSocket: open', (look, elsewhere) => {
  const made = socket()
  return elsewhere(() => heard(look, made, 'open'))
})
sockets.kept('WebSocket that is refused: error', (look, elsewhere) => {
  const made = unreachable()
  return elsewhere(() => heard(look, made, 'error'))
})
sockets.kept('WebSocket that is refused: close', (look, elsewhere) => {
  const made = unreachable()
  return elsewhere(() => heard(look, made, 'close'))
})
sockets.kept('WebSocket that another flow closes: close', (look, elsewhere) => {
  const made = socket()
  elsewhere(() => {
    made.onopen = () => made.close()
  })
  return elsewhere(() => heard(look, made, 'close'))
})
sockets.kept('after an await inside onopen of a WebSocket', (look, elsewhere) => {
  const made = socket()
  return elsewhere(
    () =>
      new Promise<string | null>((resolve) => {
        made.onopen = async () => {
          await later(1)
          resolve(look())
        }
      }),
  )
})
const words = channels.by('outside', 'Externally-caused event dispatches')
words.none('WebSocket: message', (look) => heard(look, socket(), 'message'))

// ── streams of events ──
const streams = channels.by('task', '9.2 server-sent events')
/** Closed before the browser asks again. */
const closing = async (source: EventSource, seen: Promise<string | null>) => {
  const said = await seen
  source.close()
  return said
}
streams.kept('EventSource: open', (look, elsewhere) => {
  const source = new EventSource('/lab/events')
  return closing(
    source,
    elsewhere(() => heard(look, source, 'open')),
  )
})
streams.kept('EventSource that is refused: error', (look, elsewhere) => {
  const source = new EventSource('/lab/status/500')
  return closing(
    source,
    elsewhere(() => heard(look, source, 'error')),
  )
})
streams.kept('EventSource that asks again: error', (look, elsewhere) => {
  const source = new EventSource('/lab/ended-events')
  return closing(
    source,
    elsewhere(() => heard(look, source, 'error', () => source.readyState === EventSource.CONNECTING)),
  )
})
const told = channels.by('outside', '9.2 server-sent events')
told.none('EventSource: message', (look) => {
  const source = new EventSource('/lab/events')
  return closing(source, heard(look, source, 'message'))
})
told.none('EventSource: a named event', (look) => {
  const source = new EventSource('/lab/events')
  return closing(source, listened(look, source, 'news'))
})
