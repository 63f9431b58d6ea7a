// @ts-nocheck
// The windows that test environments make, each with the language of its own.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { transformSync } from 'esbuild'
import { Window } from 'happy-dom'
import { JSDOM, VirtualConsole } from 'jsdom'

const file = readFileSync(new URL('../../dist/telemetry.full.min.js', import.meta.url), 'utf8')

/** The file for a script tag that has both parts, as a script that makes a variable `telemetry`. */
export const SCRIPT = transformSync(file, { format: 'iife', globalName: 'telemetry', logLevel: 'error' }).code

/** A site that echoes, with a collector. */
export async function startSite() {
  const requests = []
  const server = createServer(async (req, res) => {
    const chunks = []
    for await (const chunk of req) chunks.push(chunk)
    requests.push({ url: req.url, headers: req.headers, body: Buffer.concat(chunks) })
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    requests,
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
}

function openJsdom(url, errors) {
  const virtualConsole = new VirtualConsole()
  virtualConsole.on('jsdomError', (error) => errors.push(error.message))
  return new JSDOM('<!doctype html>', { url, runScripts: 'outside-only', pretendToBeVisual: true, virtualConsole })
    .window
}

function openHappyDom(url, errors) {
  const settings = { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true }
  const window = new Window({
    url,
    settings,
    console: { ...console, error: (...words) => errors.push(words.join(' ')) },
  })
  window.addEventListener('error', ({ message }) => errors.push(message))
  return window
}

/** What a browser has and jsdom has not, of Node's. */
function addPlatform(window, url) {
  const { fetch, Response, Headers, AbortController, AbortSignal, Blob, CompressionStream, DecompressionStream } =
    globalThis
  class PageRequest extends Request {
    constructor(input, init) {
      super(typeof input === 'string' ? new URL(input, url) : input, init)
    }
  }
  Object.assign(window, {
    Response,
    Headers,
    AbortController,
    AbortSignal,
    Blob,
    CompressionStream,
    DecompressionStream,
  })
  Object.assign(window, { Request: PageRequest, fetch: (input, init) => fetch(new PageRequest(input, init)) })
  return window
}

/** `fetch` as polyfills make it. */
const FETCH_OVER_XHR = `globalThis.fetch = (input, init = {}) => new Promise((resolve, reject) => {
  const xhr = new XMLHttpRequest()
  xhr.open(init.method || 'GET', String(input))
  for (const [name, value] of Object.entries(init.headers || {})) xhr.setRequestHeader(name, value)
  xhr.responseType = 'arraybuffer'
  xhr.onload = () => resolve({
    ok: true, status: xhr.status, statusText: '', headers: { get: (name) => xhr.getResponseHeader(name) },
    arrayBuffer: async () => xhr.response,
  })
  xhr.onerror = () => reject(new TypeError('no network'))
  xhr.send(init.body)
})`

export const KINDS = {
  jsdom: openJsdom,
  "jsdom as Jest's environment has it, with a fetch over XHR"(url, errors) {
    const window = openJsdom(url, errors)
    window.eval(
      `delete globalThis.TextEncoder; delete globalThis.TextDecoder; delete globalThis.crypto; ${FETCH_OVER_XHR}`,
    )
    return window
  },
  "jsdom with Node's fetch": (url, errors) => addPlatform(openJsdom(url, errors), url),
  'happy-dom': openHappyDom,
}

/** Takes `name`, or a method such as `Object.hasOwn`, from where the window has it. False where that cannot be. */
export function remove(window, name) {
  const dot = name.lastIndexOf('.')
  if (dot > 0) return window.eval(`Reflect.deleteProperty(${name.slice(0, dot)}, '${name.slice(dot + 1)}')`)
  return window.eval(`(() => {
    for (let at = globalThis; at; at = Object.getPrototypeOf(at)) if (Object.hasOwn(at, '${name}') && !Reflect.deleteProperty(at, '${name}')) return false
    return true
  })()`)
}
