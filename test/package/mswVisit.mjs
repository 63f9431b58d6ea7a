// @ts-nocheck
// A process of a test runner: Vitest's own environments, msw, and the package or nothing.
import { builtinEnvironments } from 'vitest/runtime'

const [environment, begin, end, isBare, url] = process.argv.slice(2)
await builtinEnvironments[environment].setup(globalThis, { jsdom: { url }, happyDOM: { url } })
const { HttpResponse, http } = await import('msw')
const { setupServer } = await import('msw/node')

const handled = [] // what the handlers saw
const traced = [] // which of these carried a context
const server = setupServer(
  http.post('*/api/:way', async ({ request, params: { way } }) => {
    const { method, headers } = request
    handled.push([way, method, await request.text(), headers.get('x-own'), headers.get('content-type')])
    if (headers.has('traceparent')) traced.push(way)
    return HttpResponse.json({ mocked: way }, { status: 503, headers: { 'x-mock': way } })
  }),
  http.get('*/broken/:way', () => HttpResponse.error()),
)

const spans = []
let telemetry = { shutdown() {}, forceFlush() {} }
let span = (_, run) => run()
const steps = {
  msw: () => server.listen({ onUnhandledRequest: 'bypass' }),
  async import() {
    if (isBare === 'false') telemetry = await import('../../dist/index.js')
  },
  start() {
    if (isBare !== 'false') return
    span = telemetry.withSpan
    telemetry = telemetry.startTelemetry({ serviceName: 'shop', endpoint: `${url}v1/traces` })
    telemetry.on('span_ended', ({ span: { attributes } }) => {
      const { 'url.full': address, 'http.response.status_code': status, 'error.type': error } = attributes
      if (address) spans.push(`${address.replace(url, '')} ${status ?? error}`)
    })
  },
}
for (const step of begin.split(', ')) await steps[step]()

const answerOf = async (response) => [response.status, response.headers.get('x-mock'), await response.text()]
const ways = {
  fetch: async (address, init) => answerOf(await fetch(address, init)),
  request: async (address, init) => answerOf(await fetch(new Request(address, init))),
  xhr: (address, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest()
      xhr.onload = () => resolve([xhr.status, xhr.getResponseHeader('x-mock'), xhr.responseText])
      xhr.onerror = () => reject(new TypeError('no answer'))
      xhr.open(method, address)
      for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
      xhr.send(body)
    }),
}
if (!globalThis.XMLHttpRequest) delete ways.xhr

const POST = { method: 'POST', headers: { 'x-own': 'mine', 'content-type': 'text/plain' }, body: 'tea' }
const GET = { method: 'GET', headers: {} }

/** Every way to every place, one after the other, in a span each. */
async function askAll() {
  const answers = {}
  for (const [way, ask] of Object.entries(ways))
    for (const [place, init] of [
      ['api', POST],
      ['real', POST],
      ['broken', GET],
    ])
      await span('page', async () => {
        const answer = await ask(`${url}${place}/${way}`, init).catch((error) => String(error))
        answers[`${way} of ${place}`] = answer
      })
  return answers
}

const answers = [await askAll()]
const ofMocked = spans.splice(0)
await telemetry.forceFlush()
for (const step of end.split(', ')) {
  await (step === 'msw' ? server.close() : telemetry.shutdown())
  answers.push(await askAll())
}
console.log(JSON.stringify({ answers, handled, traced, spans: ofMocked }))
process.exit() // msw's and the environment's own timers
