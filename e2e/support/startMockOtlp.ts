import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Elastic's OTLP server in a process of its own, which a malformed body would end. */
export interface MockOtlp {
  readonly url: string
  /** The next `count` requests as the official schema decodes them, in Elastic's normal form. */
  take(count: number): Promise<readonly Received[]>
  close(): Promise<void>
}

interface Received {
  readonly contentType: string
  readonly trace: unknown
}

const MAIN = fileURLToPath(new URL('./mockOtlpServer.mjs', import.meta.url))

export async function startMockOtlp(): Promise<MockOtlp> {
  const child = fork(MAIN, [], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  const received: Received[] = []
  const waiting = new Set<() => void>()
  child.on('message', (message) => {
    received.push(message as Received)
    for (const look of waiting) look()
  })
  return {
    url,
    take: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return
          waiting.delete(look)
          resolve(received.splice(0, count))
        }
        waiting.add(look)
        look()
      }),
    async close() {
      const exited = once(child, 'exit')
      child.kill()
      await exited
    },
  }
}
