// @ts-check
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port that nobody listens on now, for who does not tell which one it took, and so cannot be given 0. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}
