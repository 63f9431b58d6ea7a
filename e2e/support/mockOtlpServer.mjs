// @ts-check
// Started by startMockOtlp.ts: tells its parent where it listens, and then every trace request it takes.
// @ts-expect-error the package has no types
import mock from '@elastic/mockotlpserver'

let contentType = ''
const server = new mock.MockOtlpServer({
  logLevel: 'error',
  services: ['http'],
  httpHostname: '127.0.0.1',
  httpPort: 0,
  onRequest: (/** @type {{ headers: Record<string, string> }} */ { headers }) => {
    contentType = headers['content-type'] ?? ''
  },
  onTrace: (/** @type {unknown} */ trace) => process.send?.({ contentType, trace: mock.normalizeTrace(trace) }),
})

await server.start()
process.send?.({ url: new URL(server.httpUrl ?? '').origin })
process.on('disconnect', () => process.exit(0))
