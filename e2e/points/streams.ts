import { createPoints, FIREFOX_AND_WEBKIT, inTime, type Look, later } from './point'

/** What the page gives a stream to call: the flow whose constructor, read or write causes the call. */
export const streams = createPoints()
const { kept, mayBeNone } = streams.by('stream', 'Stream underlying APIs')
const waiting = streams.by('stream', 'Stream underlying APIs', FIREFOX_AND_WEBKIT)

/** Looks once, at the first call. */
const looking = (look: Look) => {
  let tell: () => void = () => {}
  const seen = new Promise<string | null>((resolve) => {
    tell = () => resolve(look())
  })
  return { seen, tell }
}
const NOTHING_QUEUED = new CountQueuingStrategy({ highWaterMark: 0 })

kept('new ReadableStream(): start', (look) => {
  const { seen, tell } = looking(look)
  new ReadableStream({ start: tell })
  return seen
})
mayBeNone('new ReadableStream() that fills its queue: pull', (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const stream = new ReadableStream({ pull: tell })
  elsewhere(() => stream)
  return seen
})
kept('read(): pull', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const reader = elsewhere(() =>
    new ReadableStream(
      {
        pull(controller) {
          tell()
          controller.enqueue('text')
        },
      },
      NOTHING_QUEUED,
    ).getReader(),
  )
  await later(1)
  await reader.read()
  return seen
})
waiting.mayBeNone('read() while another flow’s pull is not over: pull', async (look, elsewhere) => {
  let turns = 0
  const { seen, tell } = looking(look)
  const reader = elsewhere(() =>
    new ReadableStream(
      {
        async pull(controller) {
          if (++turns === 2) tell()
          await later(1)
          controller.enqueue('text')
        },
      },
      NOTHING_QUEUED,
    ).getReader(),
  )
  await later(1)
  void elsewhere(() => reader.read())
  await reader.read()
  return seen
})
kept(
  'read() of bytes: pull',
  async (look, elsewhere) => {
    const { seen, tell } = looking(look)
    const reader = elsewhere(() =>
      new ReadableStream({
        type: 'bytes',
        pull(controller) {
          tell()
          controller.enqueue(new Uint8Array(1))
        },
      }).getReader(),
    )
    await later(1)
    await reader.read()
    return seen
  },
  inTime(async () => Boolean(new ReadableStream({ type: 'bytes' }))),
)
kept(
  'for await over a stream: pull',
  async (look, elsewhere) => {
    const { seen, tell } = looking(look)
    const stream = elsewhere(
      () =>
        new ReadableStream(
          {
            pull(controller) {
              tell()
              controller.enqueue('text')
            },
          },
          NOTHING_QUEUED,
        ),
    )
    await later(1)
    for await (const _ of stream as unknown as AsyncIterable<string>) break
    return seen
  },
  () => Symbol.asyncIterator in ReadableStream.prototype,
)
kept('cancel(): cancel', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const stream = elsewhere(() => new ReadableStream({ cancel: tell }))
  await stream.cancel()
  return seen
})
kept('enqueue(): size', (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const size = () => {
    tell()
    return 1
  }
  let controller!: ReadableStreamDefaultController<string>
  elsewhere(
    () =>
      new ReadableStream<string>(
        {
          start(given) {
            controller = given
          },
        },
        { highWaterMark: 1, size },
      ),
  )
  controller.enqueue('text')
  return seen
})
kept('new WritableStream(): start', (look) => {
  const { seen, tell } = looking(look)
  new WritableStream({ start: tell })
  return seen
})
kept('write(): write', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const writer = elsewhere(() => new WritableStream({ write: tell }).getWriter())
  await later(1)
  await writer.write('text')
  return seen
})
waiting.mayBeNone('write() while another flow’s is not over: write', async (look, elsewhere) => {
  let turns = 0
  const { seen, tell } = looking(look)
  const writer = elsewhere(() =>
    new WritableStream({
      async write() {
        if (++turns === 2) tell()
        await later(1)
      },
    }).getWriter(),
  )
  await later(1)
  void elsewhere(() => writer.write('one'))
  await writer.write('two')
  return seen
})
kept('write(): size', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const size = () => {
    tell()
    return 1
  }
  const writer = elsewhere(() => new WritableStream({}, { highWaterMark: 1, size }).getWriter())
  await writer.write('text')
  return seen
})
kept('close() of a writer: close', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const writer = elsewhere(() => new WritableStream({ close: tell }).getWriter())
  await later(1)
  await writer.close()
  return seen
})
kept('abort() of a writer: abort', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const writer = elsewhere(() => new WritableStream({ abort: tell }).getWriter())
  await later(1)
  await writer.abort()
  return seen
})
kept('new TransformStream(): start', (look) => {
  const { seen, tell } = looking(look)
  new TransformStream({ start: tell })
  return seen
})
mayBeNone('write() to a TransformStream: transform', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const { readable, writable } = elsewhere(
    () =>
      new TransformStream({
        transform(chunk, controller) {
          tell()
          controller.enqueue(chunk)
        },
      }),
  )
  const writer = writable.getWriter()
  await later(1)
  void writer.write('text')
  await readable.getReader().read()
  return seen
})
kept('close() of a TransformStream: flush', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const { readable, writable } = elsewhere(() => new TransformStream({ flush: tell }))
  const writer = writable.getWriter()
  await later(1)
  void writer.close()
  await readable.getReader().read()
  return seen
})
const piping = streams.by('stream', 'ours: a pipe has the context of its call, or none')
piping.mayBeNone('pipeTo(): write of the sink', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const [from, to] = elsewhere(() => [new Blob(['text']).stream(), new WritableStream({ write: tell })] as const)
  await from.pipeTo(to)
  return seen
})
piping.mayBeNone('pipeTo(): pull of the source', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const from = elsewhere(
    () =>
      new ReadableStream(
        {
          pull(controller) {
            tell()
            controller.close()
          },
        },
        NOTHING_QUEUED,
      ),
  )
  await later(1)
  await from.pipeTo(new WritableStream())
  return seen
})
kept(
  'text() of a Request whose body is a stream: pull',
  async (look, elsewhere) => {
    const { seen, tell } = looking(look)
    const request = elsewhere(() => withBody(tell))
    await later(1)
    await request.text()
    return seen
  },
  inTime(async () => (await withBody(() => {}).text()) === ''),
)
/** A request whose body is empty. */
function withBody(tell: () => void): Request {
  const pull = (controller: ReadableStreamDefaultController) => {
    tell()
    controller.close()
  }
  const body = new ReadableStream({ pull }, NOTHING_QUEUED)
  return new Request('/lab/echo', { method: 'POST', body, duplex: 'half' } as RequestInit)
}
streams
  .by('stream', 'Stream underlying APIs')
  .notTried('fetch() of a Request whose body is a stream: pull', 'HTTP/2 is wanted')
piping.mayBeNone('a response piped to a sink: write', async (look, elsewhere) => {
  const { seen, tell } = looking(look)
  const sink = elsewhere(() => new WritableStream({ write: tell }))
  await (await fetch('/lab/chunks')).body!.pipeTo(sink)
  return seen
})
