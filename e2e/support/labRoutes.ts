import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** One request to the lab, as it came. */
export interface LabRequest {
  readonly method: string
  /** With its query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

// The smallest module there is: the magic number and the version.
const EMPTY_WASM = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])

/**
 * | path | answer |
 * | --- | --- |
 * | /lab/echo | 200, the request as JSON |
 * | /lab/status/503 | that status |
 * | /lab/redirect/https%3A%2F%2F… | 302 to that address |
 * | /lab/hang | none, ever |
 * | /lab/slow | 200, a tenth of a second later |
 * | /lab/broken | the connection is cut |
 * | /lab/chunks | three chunks of text, one after the other |
 * | /lab/events | two events of a stream: one without a name, one named `news` |
 * | /lab/ended-events | the same stream, ended: the page asks again |
 * | /lab/pixel.svg | an image of one pixel |
 * | /lab/throws.js | a script that throws |
 * | /lab/module.wasm | an empty WebAssembly module |
 * | /lab/socket | a WebSocket that says one word |
 */
export async function answerLab(req: IncomingMessage, res: ServerResponse, log: LabRequest[]): Promise<void> {
  const { method = 'GET', url = '/', headers } = req
  if (method === 'OPTIONS') return void res.writeHead(204).end()
  const request: LabRequest = { method, url, headers, body: await bodyOf(req) }
  log.push(request)
  const [, , what, argument] = url.split('?', 1)[0]?.split('/') ?? []
  if (what === 'redirect') return void res.writeHead(302, { location: decodeURIComponent(argument ?? '') }).end()
  if (what === 'hang') return
  if (what === 'slow') await pause(100)
  if (what === 'broken') return void res.destroy()
  if (what === 'chunks') return sendChunks(res)
  if (what === 'events')
    return void res
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .write('data: one\n\nevent: news\ndata: two\n\n')
  if (what === 'ended-events')
    return void res.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 60000\n\ndata: one\n\n')
  if (what === 'pixel.svg')
    return void res
      .writeHead(200, { 'content-type': 'image/svg+xml' })
      .end('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
  if (what === 'throws.js')
    return void res.writeHead(200, { 'content-type': 'text/javascript' }).end("throw new Error('thrown')")
  if (what === 'module.wasm') return void res.writeHead(200, { 'content-type': 'application/wasm' }).end(EMPTY_WASM)
  const status = what === 'echo' || what === 'slow' ? 200 : what === 'status' ? Number(argument) : 404
  res
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(request))
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of req) body += chunk
  return body
}

async function sendChunks(res: ServerResponse): Promise<void> {
  res.writeHead(200, { 'content-type': 'text/plain' })
  for (const text of ['one ', 'two ', 'three']) if (!res.write(text)) await once(res, 'drain')
  res.end()
}
