// @ts-check
import { startBackend } from '../backend/startBackend.mjs'
import { createCollector } from '../collector/createCollector.mjs'
import { createGuardedServer } from './createGuardedServer.mjs'
import { createCrossOriginHandler, createDemoHandler } from './demoHandlers.mjs'
import { listen } from './listen.mjs'
import { createOwnHosts } from './ownHosts.mjs'
import { createTraceApi } from './traceApi.mjs'

const DEFAULT_PORT = 4318 // where OpenTelemetry's exporters look for a collector
const WILDCARD_HOSTS = new Set(['0.0.0.0', '::'])

/**
 * Serves the demo as it is built; see `buildStale` for building it.
 * @param {import('./demoOptions').DemoOptions} [options]
 * @returns {Promise<import('./demoOptions').Demo>}
 */
export async function startDemo(options = {}) {
  const {
    port = DEFAULT_PORT,
    host = '127.0.0.1',
    hosts = [],
    log = console.log,
    collectorUrl = null,
    crossOrigin = false,
  } = options
  const answersTo = [host, ...hosts]
  const ownHosts = createOwnHosts(answersTo)
  const collector = createCollector(options.collector)
  const traceApi = createTraceApi(collector.store)
  let backendPort = 0
  /** @type {string | null} */
  let crossOriginUrl = null
  const parts = {
    collector,
    traceApi,
    collectorUrl,
    backendPort: () => backendPort,
    otherUrl: () => crossOriginUrl,
  }
  /** @type {(() => unknown)[]} what undoes each thing started so far */
  const undo = [traceApi.close]

  try {
    const url = await serve(createDemoHandler(parts), port)
    if (crossOrigin) crossOriginUrl = await serve(createCrossOriginHandler(parts), 0)
    const backend = await startBackend({ collectorUrl: collectorUrl ?? `${url}/v1/traces`, answersTo, log })
    backendPort = backend.port
    undo.push(backend.close)
    return { url, crossOriginUrl, collector, close }
  } catch (error) {
    await close()
    throw error
  }

  /** @param {import('./demoHandlers.mjs').Handler} handler @param {number} wantedPort @returns {Promise<string>} its origin */
  async function serve(handler, wantedPort) {
    const server = createGuardedServer((req, res) => handler(req, res).catch(() => res.destroy()), ownHosts)
    const gotPort = await listen(server, host, wantedPort)
    undo.push(async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    })
    const shownHost = WILDCARD_HOSTS.has(host) ? '127.0.0.1' : host
    return `http://${shownHost.includes(':') ? `[${shownHost}]` : shownHost}:${gotPort}`
  }

  async function close() {
    for (const step of undo.splice(0).reverse()) await step() // the backend first: its last spans go to the collector
  }
}
