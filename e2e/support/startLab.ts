import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join, normalize } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Collector } from '../../demo/collector/contract'
import { corsHeaders } from '../../demo/collector/corsHeaders.mjs'
import { createCollector } from '../../demo/collector/createCollector.mjs'
import { createDemoHandler } from '../../demo/server/demoHandlers.mjs'
import { listen } from '../../demo/server/listen.mjs'
import { sendFile } from '../../demo/server/staticFiles.mjs'
import { createTraceApi } from '../../demo/server/traceApi.mjs'
import { answerSocket } from './answerSocket'
import { answerLab, type LabRequest } from './labRoutes'

/** An origin of its own for one test: pages that the test writes, answers that it asks for, and an empty collector. */
export interface Lab {
  readonly url: string
  /** Another origin with the same answers, CORS headers added. */
  readonly otherUrl: string
  readonly collector: Collector
  /** Requests to `/lab/…`, oldest first. */
  readonly requests: readonly LabRequest[]
  /** Serves the HTML and gives its URL. */
  page(html: string): string
  /** Serves the JavaScript and gives its path. */
  script(name: string, code: string): string
  /** Serves a folder below the path. */
  folder(path: string, root: string): void
  close(): Promise<void>
}

const PAGE_START =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>lab</title><link rel="icon" href="data:,">'
const LAB_CORS = {
  origin: 'reflect',
  methods: 'GET, POST, PUT',
  allow: ['content-type'],
  allowRequested: true,
  expose: '',
} as const

export async function startLab(): Promise<Lab> {
  const collector = createCollector()
  const traceApi = createTraceApi(collector.store)
  const demo = createDemoHandler({ collector, traceApi, collectorUrl: null, backendPort: () => 0 })
  const requests: LabRequest[] = []
  const texts = new Map<string, { readonly type: string; readonly body: string }>()
  const folders: [path: string, root: string][] = []

  const answer = async (req: IncomingMessage, res: ServerResponse, isOther: boolean) => {
    const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
    if (path.startsWith('/lab/') && isOther)
      for (const [name, value] of Object.entries(corsHeaders(req, LAB_CORS))) res.setHeader(name, value)
    const text = texts.get(path)
    if (text) return void res.writeHead(200, { 'content-type': `${text.type}; charset=utf-8` }).end(text.body)
    for (const [prefix, root] of folders)
      if (path.startsWith(prefix) && (await sendFile(req, res, { root, path: path.slice(prefix.length - 1) }))) return
    if (path.startsWith('/lab/')) await answerLab(req, res, requests)
    else await demo(req, res)
  }
  const serve = async (isOther: boolean) => {
    const server = createServer((req, res) => void answer(req, res, isOther).catch(() => res.destroy()))
    const sockets = new Set<Duplex>()
    server.on('upgrade', (req, socket) => {
      sockets.add(socket.on('close', () => sockets.delete(socket)))
      answerSocket(req, socket)
    })
    return { server, sockets, url: `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}` }
  }
  const [own, other] = await Promise.all([serve(false), serve(true)])

  return {
    url: own.url,
    otherUrl: other.url,
    collector,
    requests,
    page(html) {
      const path = `/lab/page-${texts.size}.html`
      texts.set(path, { type: 'text/html', body: PAGE_START + html })
      return own.url + path
    },
    script(name, code) {
      const path = `/lab/${name}`
      texts.set(path, { type: 'text/javascript', body: code })
      return path
    },
    folder: (path, root) => void folders.push([path, join(normalize(root), '.')]),
    async close() {
      traceApi.close()
      for (const { server, sockets } of [own, other]) {
        const closed = new Promise((resolve) => server.close(resolve))
        server.closeAllConnections()
        for (const socket of sockets) socket.destroy() // an upgraded connection is no longer the server's
        await closed
      }
    },
  }
}
