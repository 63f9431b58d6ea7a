// @ts-check
// The shop backend as a process of its own, started by startBackend.mjs: the instrumentation of a process sees all its requests, and
// the front server's and the collector's are not the shop's.
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGuardedServer } from '../server/createGuardedServer.mjs'
import { createOwnHosts } from '../server/ownHosts.mjs'
import { startTracing } from './tracing.mjs'

const LAST_EXPORT_MS = 1000

// The front server passes the Host header on as it came.
const ownHosts = createOwnHosts((process.env['BACKEND_HOSTS'] ?? '').split(',').filter(Boolean))

const stopTracing = startTracing({
  serviceName: 'shop-backend',
  collectorUrl: process.env['BACKEND_COLLECTOR_URL'] ?? 'http://127.0.0.1:4318/v1/traces',
  isTraced: (req) => !ownHosts.whyRefused(req), // a refused request must not even leave a span
})

// require, not import: the instrumentation patches modules as they are required
const http = /** @type {typeof import('node:http')} */ (createRequire(import.meta.url)('node:http'))
const { handleRequest } = await import('./handleRequest.mjs')

const server = createGuardedServer(handleRequest, ownHosts, http.createServer)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
})

let stopping = false
async function stop() {
  if (stopping) return
  stopping = true
  server.close()
  server.closeAllConnections()
  await Promise.race([stopTracing().catch(() => {}), sleep(LAST_EXPORT_MS)]) // a collector that is gone must not keep us here
  process.exit(0)
}

process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group; the parent decides when we stop
process.on('SIGTERM', stop)
process.on('message', (message) => message === 'stop' && stop())
process.on('disconnect', stop) // the parent died
