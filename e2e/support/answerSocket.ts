import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11' // https://www.rfc-editor.org/rfc/rfc6455#section-1.3
const TEXT_HI = Buffer.from([0x81, 2, 0x68, 0x69]) // one frame, whole, not masked, two bytes long
const CLOSE = 0x8

/** Opens a WebSocket, says one word, and closes when the page does. */
export function answerSocket({ headers }: IncomingMessage, socket: Duplex): void {
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${MAGIC}`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  socket.write(TEXT_HI)
  socket.on('error', () => socket.destroy())
  socket.on('data', (frame: Buffer) => {
    if (((frame[0] ?? 0) & 0xf) === CLOSE) socket.end(Buffer.from([0x80 | CLOSE, 0]))
  })
}
