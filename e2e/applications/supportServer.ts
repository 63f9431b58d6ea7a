import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen } from '../../demo/server/listen.mjs'
import { sendFile } from '../../demo/server/staticFiles.mjs'
import type { Where } from './supportFlow'
import type { FlowRequest } from './supportJudge'
import { until } from './supportUntil'

/** Keeps answers back, so that requests are under way at the same time whatever the machine is busy with. */
interface Gate {
  /** Until that many requests wait here. */
  waiting(count: number): Promise<void>
  /** Answers what waits, or what waits of one flow, and keeps nothing more back. */
  open(flow?: string): void
}

/** An origin with one built application, what it calls, and a list of what it has asked. */
export interface ApplicationServer {
  readonly url: string
  /** What was answered, oldest first. */
  readonly answered: readonly FlowRequest[]
  hold(matches: (request: FlowRequest) => boolean): Gate
  close(): Promise<void>
}

interface Waiting {
  readonly request: FlowRequest
  answer(): void
}

/** Serves the files of a build, the page that loads its `main.js`, and answers for `/lab/echo` and PostgREST's `/rest/v1/…`. */
export async function startApplicationServer(outDir: string, body: string): Promise<ApplicationServer> {
  const answered: FlowRequest[] = []
  let held: { readonly matches: (request: FlowRequest) => boolean; readonly waiting: Waiting[] } | null = null

  const answerFlow = async (req: IncomingMessage, res: ServerResponse, url: URL) => {
    req.resume()
    await once(req, 'end')
    const request = requestOf(url, req.headers.traceparent as string | undefined)
    const answer = () => {
      answered.push(request)
      const row = { url: `${url.pathname}${url.search}` }
      res
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(url.pathname.startsWith('/rest/') ? [row] : row))
    }
    if (held?.matches(request)) held.waiting.push({ request, answer })
    else answer()
  }
  const serve = async (req: IncomingMessage, res: ServerResponse) => {
    const url = new URL(req.url ?? '/', 'http://localhost')
    if (url.searchParams.has('flow')) return answerFlow(req, res, url)
    if (url.pathname !== '/' && (await sendFile(req, res, { root: outDir, path: url.pathname }))) return
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(pageOf(body)) // whatever the router calls it
  }
  const server = createServer((req, res) => void serve(req, res).catch(() => res.destroy()))
  const port = await listen(server, '127.0.0.1', 0)

  return {
    url: `http://127.0.0.1:${port}/`,
    answered,
    hold(matches) {
      const waiting: Waiting[] = []
      held = { matches, waiting }
      return {
        waiting: (count) =>
          until(
            () => `${count} requests wait`,
            () => waiting.length >= count,
          ),
        open(flow) {
          held = null
          for (const { request, answer } of waiting.splice(0)) {
            if (flow && request.flow !== flow) waiting.push({ request, answer })
            else answer()
          }
        },
      }
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** PostgREST's filters are part of the address: `flow=eq.add-1`. */
function requestOf({ searchParams }: URL, traceparent: string | undefined): FlowRequest {
  const value = (name: string) => (searchParams.get(name) ?? '').replace(/^eq\./, '')
  return { flow: value('flow'), where: value('where') as Where, traceparent }
}

const pageOf = (body: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>application</title>
<link rel="icon" href="data:,"><button id="help">help</button>${body}<script type="module" src="/main.js"></script></html>`
