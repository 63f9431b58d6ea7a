// @vitest-environment node
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { createByteBudget } from '../../demo/collector/byteBudget.mjs'
import { readBody } from '../../demo/collector/readBody.mjs'

const MAX_BYTES = 4000
const TIMEOUT_MS = 1000
const BUDGET_BYTES = 6000

afterEach(() => void vi.useRealTimers())

/** A request whose body the test sends, and what became of it: its length, or the status that refuses it. */
function sendTo(budget: ReturnType<typeof createByteBudget>, headers: Record<string, string> = {}) {
  const body = new PassThrough().on('error', () => {}) // of a request, Node throws no error that nobody listens to
  const req = Object.assign(body, { headers }) as unknown as IncomingMessage
  const sent = { body, outcome: null as number | string | null, held: 0 }
  readBody(req, { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS, budget }).then(
    ({ body: { length } }) => {
      sent.outcome = length
    },
    (error) => {
      sent.outcome = `refused ${error.status ?? error.message}`
    },
  )
  return sent
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

const step = fc.tuple(
  fc.nat(5),
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 1500 }) },
    fc.constantFrom('end', 'abort', 'error', 'expire' as const),
  ),
)

it('holds what open bodies have sent and no more than the bound, and nothing of those that have ended, in any order of events', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const budget = createByteBudget(BUDGET_BYTES)
      const requests = Array.from({ length: 6 }, () => sendTo(budget))
      const open = () => requests.filter(({ outcome }) => outcome === null)
      for (const [index, event] of steps) {
        const request = requests[index]!
        if (event === 'expire') vi.advanceTimersByTime(TIMEOUT_MS)
        else if (event === 'end') request.body.end()
        else if (event === 'abort') request.body.destroy()
        else if (event === 'error') request.body.destroy(new Error('reset'))
        else if (request.body.writable) {
          request.body.write(Buffer.alloc(event))
          request.held += event + 128
        }
        await turn()
        expect(budget.held()).toBe(open().reduce((sum, { held }) => sum + held, 0))
        expect(budget.held()).toBeLessThanOrEqual(BUDGET_BYTES)
      }
      for (const { body } of open()) body.destroy()
      await turn()
      expect([open(), budget.held()]).toEqual([[], 0])
    }),
    { numRuns: 300 },
  )
})

it('counts what gzip becomes, and gives it back', async () => {
  const budget = createByteBudget(3000)
  const small = sendTo(budget, { 'content-encoding': 'gzip' })
  small.body.end(gzipSync(Buffer.alloc(2000)))
  await vi.waitUntil(() => small.outcome !== null)
  const large = sendTo(budget, { 'content-encoding': 'gzip' })
  large.body.end(gzipSync(Buffer.alloc(3000)))
  await vi.waitUntil(() => large.outcome !== null)
  const broken = sendTo(budget, { 'content-encoding': 'gzip' })
  broken.body.end(gzipSync(Buffer.alloc(2000)).subarray(0, -9))
  await vi.waitUntil(() => broken.outcome !== null)
  expect([small.outcome, large.outcome, broken.outcome, budget.held()]).toEqual([2000, 'refused 503', 'refused 400', 0])
})

it('counts a body that comes byte by byte as what it costs in memory', async () => {
  const request = sendTo(createByteBudget(BUDGET_BYTES))
  for (let sent = 0; sent < 100; sent++) {
    request.body.write('x')
    await turn()
  }
  expect(request.outcome).toBe('refused 503')
})

it('refuses at once a request whose sender has gone', async () => {
  const budget = createByteBudget(BUDGET_BYTES)
  const body = new PassThrough()
  body.destroy()
  const req = Object.assign(body, { headers: {} }) as unknown as IncomingMessage
  await expect(readBody(req, { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS, budget })).rejects.toThrow('went away')
  expect(budget.held()).toBe(0)
})
