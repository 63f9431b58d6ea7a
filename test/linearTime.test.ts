// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ROOT_CONTEXT } from '../src/context/frame'
import { readAnswer } from '../src/delivery/answer'
import { createHeaders } from '../src/export/headers'
import { contextWithBaggage, formatBaggage } from '../src/propagation/baggage'
import { readTraceparent } from '../src/propagation/traceparent'
import { exceptionAttributes } from '../src/trace/exception'
import { readOtlpProtobuf } from '../src/wire/otlpMessages'
import { readMessage } from '../src/wire/protobuf'
import { mebibyteOf, mebibyteOfBytes } from './support/mebibyte'
import { catchReports } from './support/reports'

beforeEach(() => void catchReports())
afterEach(() => vi.restoreAllMocks())

// What reads text or bytes of others takes time in proportion to them: with a mebibyte of a piece that starts over and over, a reader
// that is not so takes minutes. Those of addresses and of `tracestate` are in their own files.

describe('is soon done with a mebibyte', () => {
  it.each([' ', '-', '00-', '0', '\n', '- ', '-\t'])('a traceparent of %j', (piece) => {
    const ids = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    expect([readTraceparent(mebibyteOf(piece)), readTraceparent(`${ids}${mebibyteOf(piece)}x`)]).toEqual([null, null])
  })

  it.each([[[0x80]], [[0xff]], [[0x0a, 0x80]], [[0x0a, 0xff, 0xff]], [[0x0a]], [[0]], [[8, 0]], [[10, 1, 0]]])(
    'protobuf of %j',
    (pieces) => {
      for (const bytes of [
        mebibyteOfBytes(...pieces),
        new Uint8Array([10, 255, 255, 63, ...mebibyteOfBytes(...pieces)]),
      ])
        for (const read of [() => readMessage(bytes, () => {}), () => readOtlpProtobuf(bytes)])
          try {
            read()
          } catch (error) {
            expect((error as Error).message).toMatch(/^(cut off|no protobuf)$|stack/)
          }
    },
  )

  it.each([' ', '1', '1 ', ',', 'Mon, ', '-', ':', '('])('a Retry-After of %j', async (piece) => {
    const headers = { get: (name: string) => (name === 'retry-after' ? `${mebibyteOf(piece)}x` : null) }
    const response = { status: 429, statusText: '', ok: false, headers, arrayBuffer: async () => new ArrayBuffer(0) }
    expect(await readAnswer(response as never, '/v1/traces')).toMatchObject({ kind: 'later', after: null })
  })

  it.each(['{', '[', '{"partialSuccess":', '"', '\\', '\u0012', '\ud800'])('an answer of %j', async (piece) => {
    const answer = new Response(piece === '\\' ? `{"${mebibyteOf(piece)}` : mebibyteOf(piece))
    expect(await readAnswer(answer, '/v1/traces')).toMatchObject({ kind: 'taken', rejected: 0 })
    const short = new Response(mebibyteOf(piece).slice(0, 60_000))
    expect(await readAnswer(short, '/v1/traces')).toMatchObject({ kind: 'taken', rejected: 0 })
  })

  it.each([' ', '%', 'ä', '\ud800', ',', '=', 'a'])('baggage of %j', (piece) => {
    const context = contextWithBaggage(ROOT_CONTEXT, { a: mebibyteOf(piece), [mebibyteOf(piece)]: 'b', c: 'd' })
    expect(formatBaggage(context)).toMatch(/c=d$/)
  })

  it.each([' ', 'a', '\t', '\n', '-'])('headers of %j', (piece) => {
    const headers = createHeaders({ a: `${mebibyteOf(piece)}\n`, [`${mebibyteOf(piece)} `]: 'b', c: 'd' })
    headers.ask()
    expect(headers.current()).toEqual({ c: 'd' })
  })

  it.each([' ', '\n', '    at ', '    at\n', 'Error: ', '\n   '])('a stack of %j', (piece) => {
    const stack = mebibyteOf(piece)
    expect(exceptionAttributes({ name: 'Error', message: stack, stack })['exception.stacktrace']).toContain(piece)
  })

  it('an error of as many errors, and a chain of them', () => {
    const errors = Array.from({ length: 100_000 }, (_, at) => new Error(String(at)))
    expect(exceptionAttributes(new AggregateError(errors, 'all'))['exception.type']).toBe('AggregateError')
    let chain = new Error('first')
    for (let at = 0; at < 10_000; at++) chain = new Error('next', { cause: chain })
    expect(String(exceptionAttributes(chain)['exception.stacktrace']).match(/Caused by: /g)).toHaveLength(10)
  })
})
