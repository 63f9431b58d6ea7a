// Sends requests one after the other, by the page's own fetch and XMLHttpRequest.
declare global {
  var sendRequests: (by: 'fetch' | 'xhr', count: number) => Promise<void>
}

const SETTLE_MS = 350 // OpenTelemetry ends its span 300 ms after the answer: that work belongs to the requests too

globalThis.sendRequests = async (by, count) => {
  performance.clearResourceTimings()
  for (let i = 0; i < count; i++) await (by === 'fetch' ? viaFetch() : viaXhr())
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
}

async function viaFetch(): Promise<void> {
  const response = await fetch('/api/items')
  await response.text()
}

function viaXhr(): Promise<void> {
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/api/items')
    xhr.onload = () => resolve()
    xhr.send()
  })
}

export {}
