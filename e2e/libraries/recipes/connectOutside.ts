import { withContext } from '@codomyrmex/telemetry'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'

/** Connects in no span, so that what the server sends is in none; `socket.on('news', bind(listener))` keeps the listener's. */
export function connectOutside(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
  return withContext(null, () => io(url, options))
}
