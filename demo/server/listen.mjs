// @ts-check
import { once } from 'node:events'

const PORTS_TO_TRY = 20

/**
 * Listens on the port, or on the next free one after it. Port 0 means any.
 * @param {import('node:http').Server} server
 * @param {string} host
 * @param {number} firstPort
 * @returns {Promise<number>} the port it got
 */
export async function listen(server, host, firstPort) {
  for (let port = firstPort; ; port++) {
    try {
      server.listen(port, host)
      await once(server, 'listening')
      const address = server.address()
      return typeof address === 'object' && address ? address.port : port
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error)
      const isTaken = code === 'EADDRINUSE' || code === 'EACCES'
      if (!isTaken || port === 0 || port >= firstPort + PORTS_TO_TRY) throw error
    }
  }
}
