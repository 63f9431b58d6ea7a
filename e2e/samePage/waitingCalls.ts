// Calls that wait inside a span, and whose span is current in what comes meanwhile. Firefox lets messages in.
import type { getCurrentSpan, withSpan } from '@codomyrmex/telemetry'

declare const api: { withSpan: typeof withSpan; getCurrentSpan: typeof getCurrentSpan }

const names = new Map<string, string>()
const inSpan = <T>(name: string, run: () => T) =>
  api.withSpan(name, (span) => {
    names.set(span.getSpanId(), name)
    return run()
  })
const look = () => {
  const span = api.getCurrentSpan()
  return span ? (names.get(span.getSpanId()) ?? 'a stranger') : 'none'
}
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

type Places = Record<string, string>

const CALLS: Readonly<Record<string, (places: Places) => void>> = {
  alert: () => alert('on purpose'),
  confirm: () => void confirm('on purpose'),
  prompt: () => void prompt('on purpose'),
  XMLHttpRequest(places) {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/lab/slow', false)
    xhr.onload = () => (places['events of a synchronous request'] = look())
    xhr.send()
  },
}

/** Where in a flow the call is made. */
const FROM: Readonly<Record<string, (call: () => void) => unknown>> = {
  'at once': (call) => call(),
  async 'behind await'(call) {
    await Promise.resolve()
    call()
  },
  'in then': (call) => Promise.resolve().then(call),
  'in a timer': (call) => setTimeout(call),
}

/** Makes each call from each place, with a message on its way. Gives whose span was current where. */
export async function waitingCalls() {
  const seen: Record<string, Places> = {}
  for (const [name, call] of Object.entries(CALLS))
    for (const [place, from] of Object.entries(FROM)) seen[`${name} ${place}`] = await waiting(call, from)
  return seen
}

async function waiting(call: (places: Places) => void, from: (call: () => void) => unknown) {
  const places: Places = { 'events of a synchronous request': 'none heard' }
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = async () => {
    places['a message'] = look()
    void inSpan('inner', async () => {
      await Promise.resolve()
      places['a span of the listener'] = look()
    })
    await Promise.resolve()
    places['behind an await in the listener'] = look()
  }
  inSpan('outer', () => {
    setTimeout(() => {
      places['a timer of before'] = look()
    }, 5)
    from(() => {
      port2.postMessage(0)
      call(places)
      places['behind the call'] = look()
    })
  })
  await wait(200)
  port1.close()
  places['after all'] = await new Promise<string>((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve(look())
    }
    port2.postMessage(0)
  })
  return places
}
