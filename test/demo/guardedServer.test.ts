// @vitest-environment node
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { expect, it } from 'vitest'
import { createGuardedServer } from '../../demo/server/createGuardedServer.mjs'
import { createOwnHosts } from '../../demo/server/ownHosts.mjs'

it('closes connections beyond its bound unanswered, and answers again when others have gone', async () => {
  const server = createGuardedServer((_req, res) => res.end('here'), createOwnHosts([]))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const open = async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  /** Whether a new connection gets an answer. */
  const isAnswered = async () => {
    const socket = await open()
    const answered = new Promise<boolean>((resolve) => {
      socket.once('data', () => resolve(true)).once('close', () => resolve(false))
    })
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    return answered
  }
  const idle = await Promise.all(Array.from({ length: 256 }, open))
  expect(await isAnswered()).toBe(false)
  for (const socket of idle) socket.destroy()
  await expect.poll(isAnswered, { timeout: 10_000 }).toBe(true)
  server.close()
  server.closeAllConnections()
})
