import { bind } from '@codomyrmex/telemetry'
import { io, type Socket } from 'socket.io-client'
import { createNotes, inEach } from './flow'
import { connectOutside } from './recipes/connectOutside'

type Transport = 'polling' | 'websocket'
type Keep = <F extends (...args: never[]) => unknown>(fn: F) => F
type Connect = (url: string, options: { transports: Transport[]; forceNew: true }) => Socket

async function flows(url: string, transport: Transport, connect: Connect, keep: Keep) {
  const { seen, note } = createNotes()
  let shared: Socket | null = null
  const socket = () => (shared ??= connect(url, { transports: [transport], forceNew: true }))
  await inEach(async (who) => {
    socket().on(
      'connect',
      keep(() => note('a listener of “connect”', who)),
    )
    socket().on(
      'news',
      keep(() => note('a listener of what the server sends', who)),
    )
    await socket().emitWithAck('price', 1)
    note('behind await emitWithAck()', who)
    const news = new Promise((resolve) => socket().once('news', resolve))
    await new Promise<void>((resolve) => {
      socket().emit(
        'price',
        2,
        keep(() => {
          note('the callback of emit()', who)
          resolve()
        }),
      )
    })
    note('behind await of the callback', who)
    await news
    note('behind await of what the server sends', who)
  })
  socket().disconnect()
  return seen
}

const bare: Keep = (fn) => fn
const connectLazily: Connect = (url, options) => io(url, options)

export const websocket = (url: string) => flows(url, 'websocket', connectLazily, bare)
export const polling = (url: string) => flows(url, 'polling', connectLazily, bare)
export const pollingOutside = (url: string) => flows(url, 'polling', connectOutside, bare)
export const bound = (url: string) => flows(url, 'polling', connectOutside, bind)
