// @ts-check
import { once } from 'node:events'
import { createServer } from 'node:http'

const HEADERS = {
  'cross-origin-opener-policy': 'same-origin', // with these two a page's clock has a resolution of 5 µs
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
}

/**
 * Serves the given scripts by name, an empty page at every other path, `{}` as JSON under /api/ and as a collector's answer. What
 * is sent to `/silent` is never answered.
 * @param {Readonly<Record<string, string>>} scripts
 * @returns {Promise<{ origin: string, close(): void }>}
 */
export async function startServer(scripts) {
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const script = scripts[path.slice(1)]
    const isData = path.startsWith('/api/') || path.startsWith('/v1/')
    const type = script !== undefined ? 'text/javascript' : isData ? 'application/json' : 'text/html'
    if (path === '/silent') return void request.resume()
    request.resume().on('end', () => {
      response.writeHead(200, { ...HEADERS, 'content-type': `${type}; charset=utf-8` })
      response.end(script ?? (isData ? '{}' : '<!doctype html><title>bench</title>'))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
