// What the buttons do. Each runs inside the span of its click; nothing below passes that span on by hand.
import { getCurrentSpan, startSpan, traced, withSpan } from '/telemetry.min.js'

const UPLOAD_BYTES = 2 * 1024 * 1024

/** @typedef {{ id: string, title: string, text: string, run: () => Promise<string> }} Action `run` gives what to show */

/** @type {readonly Action[]} */
export const actions = [
  {
    id: 'chain',
    title: 'Fetch chain',
    text: 'One call after the other, each awaited natively. The span made at the end still belongs to the click.',
    async run() {
      const { products } = await getJson('/api/products')
      const { inStock } = await getJson(`/api/stock/${products[0].id}`)
      const span = startSpan('after two awaits', { 'shop.stock.count': inStock })
      const label = `${products[0].name}: ${inStock} in stock`
      span.end()
      return label
    },
  },
  {
    id: 'parallel',
    title: 'Parallel calls',
    text: 'Four calls at once, awaited together with Promise.all.',
    async run() {
      const answers = await Promise.all([1, 2, 3, 4].map((id) => getJson(`/api/stock/${id}`)))
      return withSpan('sum up', () => `${answers.reduce((sum, { inStock }) => sum + inStock, 0)} things in stock`)
    },
  },
  {
    id: 'upload',
    title: 'Upload',
    text: 'Two megabytes by XMLHttpRequest. Its progress becomes events of the click.',
    async run() {
      const { bytes } = await upload('/api/upload', new Blob([new Uint8Array(UPLOAD_BYTES)]))
      return withSpan('check the upload', () => `${bytes.toLocaleString('en')} bytes arrived`)
    },
  },
  {
    id: 'fail',
    title: 'Failing call',
    text: 'The server answers 500. The error stands on the call, on the click, and on the server’s own span.',
    async run() {
      const response = await fetch('/api/fail')
      const { error } = await response.json()
      throw new Error(error)
    },
  },
  {
    id: 'traced',
    title: 'Traced function',
    text: 'A function wrapped by traced(): every call of it is a span with the calls it makes inside.',
    async run() {
      const priceOf = traced('price of')(async (id) => {
        const { price } = await getJson(`/api/products/${id}`)
        return price
      })
      const prices = [await priceOf(1), await priceOf(2), await priceOf(3)]
      return `${prices.map((price) => `€${price.toFixed(2)}`).join(', ')}`
    },
  },
  {
    id: 'nested',
    title: 'Nested spans',
    text: 'withSpan inside withSpan, with attributes, an event, and native await at every level.',
    async run() {
      return withSpan('place order', { 'shop.order.lines': 2 }, async (order) => {
        const lines = await withSpan('price lines', () =>
          Promise.all([getJson('/api/products/3'), getJson('/api/products/5')]),
        )
        order.addEvent('priced')
        return withSpan('put into cart', async () => {
          await postJson('/api/cart', { id: lines[0].id, quantity: 1 })
          const { total } = await postJson('/api/cart', { id: lines[1].id, quantity: 2 })
          return `the last line costs €${total.toFixed(2)}`
        })
      })
    },
  },
  {
    id: 'stream',
    title: 'Streamed answer',
    text: 'The body is read chunk by chunk in a for await loop; every chunk is an event with its own time.',
    async run() {
      const response = await fetch('/api/stream')
      let text = ''
      for await (const chunk of textOf(response.body)) {
        text += chunk
        getCurrentSpan().addEvent('chunk', { length: chunk.length })
      }
      return withSpan('count the lines', () => `${text.trim().split('\n').length} lines arrived`)
    },
  },
  {
    id: 'timers',
    title: 'Timers',
    text: 'A chain of timers and a frame: each callback still knows which click it belongs to.',
    run() {
      return new Promise((resolve) => {
        const tick = (count) => {
          startSpan(`tick ${count}`).end()
          if (count < 3) setTimeout(tick, 40, count + 1)
          else requestAnimationFrame(() => resolve(withSpan('next frame', () => `${count} ticks and a frame`)))
        }
        setTimeout(tick, 40, 1)
      })
    },
  },
]

async function getJson(url) {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return await response.json()
}

async function postJson(url, body) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return await response.json()
}

function upload(url, body) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open('POST', url)
    xhr.responseType = 'json'
    xhr.upload.onprogress = ({ loaded, total }) => getCurrentSpan()?.addEvent('progress', { loaded, total })
    xhr.onload = () => resolve(xhr.response)
    xhr.onerror = () => reject(new Error('the upload failed'))
    xhr.send(body)
  })
}

async function* textOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
