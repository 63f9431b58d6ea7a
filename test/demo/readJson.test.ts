// @vitest-environment node
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { readJson } from '../../demo/backend/readJson.mjs'

/** A body under way, and what reading it gives. */
function read() {
  const body = new PassThrough()
  return { body, result: readJson(body as unknown as IncomingMessage).catch((error) => error.status ?? error.message) }
}

it('bounds the unfinished bodies of all requests together, and gives the memory back however they end', async () => {
  const open = Array.from({ length: 63 }, read)
  for (const { body } of open) body.write(Buffer.alloc(100 * 1024, ' '))
  await new Promise((resolve) => setImmediate(resolve))
  const late = read()
  late.body.end('{"id":1}'.padEnd(100 * 1024))
  expect(await late.result).toBe(503)
  for (const [index, { body }] of open.entries()) {
    if (index % 3 === 0) body.end('x')
    else if (index % 3 === 1) body.destroy()
    else body.destroy(new Error('reset'))
  }
  expect(new Set(await Promise.all(open.map(({ result }) => result)))).toEqual(
    new Set([400, 'Premature close', 'reset']),
  )
  const next = read()
  next.body.end('{"id":1}')
  expect(await next.result).toEqual({ id: 1 })
})
