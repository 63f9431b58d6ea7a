import { createPoints, inCallback, nextNumber } from './point'

/** Messages: ports, channels, workers, sockets and streams of events. */
export const channels = createPoints()
const { follows } = channels

follows('MessagePort with addEventListener', (look) =>
  inCallback(look, (done) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => done())
    port1.start()
    port2.postMessage(1)
  }),
)
follows('MessagePort onmessage', (look) =>
  inCallback(look, (done) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => done()
    port2.postMessage(1)
  }),
)
const broadcast = (prepare: (receiver: BroadcastChannel) => void) => {
  const name = `point-${nextNumber()}`
  prepare(new BroadcastChannel(name))
  new BroadcastChannel(name).postMessage(1)
}
follows('BroadcastChannel onmessage', (look) =>
  inCallback(look, (done) =>
    broadcast((receiver) => {
      receiver.onmessage = () => done()
    }),
  ),
)
follows('BroadcastChannel message listener', (look) =>
  inCallback(look, (done) => broadcast((receiver) => receiver.addEventListener('message', () => done()))),
)
follows('message listener of the window', (look) =>
  inCallback(look, (done) => {
    const number = nextNumber()
    addEventListener('message', ({ data }) => data === number && done())
    postMessage(number)
  }),
)
const worker = () => new Worker(URL.createObjectURL(new Blob(['postMessage(1)'], { type: 'text/javascript' })))
follows('Worker onmessage', (look) =>
  inCallback(look, (done) => {
    worker().onmessage = () => done()
  }),
)
follows('Worker message listener', (look) =>
  inCallback(look, (done) => worker().addEventListener('message', () => done())),
)

const socket = () => new WebSocket(`ws://${location.host}/lab/socket`) // says one word to whoever opens it
follows('WebSocket onopen', (look) =>
  inCallback(look, (done) => {
    socket().onopen = () => done()
  }),
)
follows('WebSocket onmessage', (look) =>
  inCallback(look, (done) => {
    socket().onmessage = () => done()
  }),
)
follows('WebSocket message listener', (look) =>
  inCallback(look, (done) => socket().addEventListener('message', () => done())),
)
follows('WebSocket onclose', (look) =>
  inCallback(look, (done) => {
    const opened = socket()
    opened.onopen = () => opened.close()
    opened.onclose = () => done()
  }),
)

/** Closes before the browser asks again. */
const eventSource = (prepare: (source: EventSource, then: (done: () => void) => () => void) => void) => {
  const source = new EventSource('/lab/events')
  prepare(source, (done) => () => {
    source.close()
    done()
  })
}
follows('EventSource onopen', (look) =>
  inCallback(look, (done) =>
    eventSource((source, close) => {
      source.onopen = close(done)
    }),
  ),
)
follows('EventSource onmessage', (look) =>
  inCallback(look, (done) =>
    eventSource((source, close) => {
      source.onmessage = close(done)
    }),
  ),
)
follows('EventSource listener of a named event', (look) =>
  inCallback(look, (done) => eventSource((source, close) => source.addEventListener('news', close(done)))),
)
