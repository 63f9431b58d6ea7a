// @vitest-environment node
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { type Answer, readAnswer } from '../../src/delivery/answer'

const ENDPOINT = 'https://collector.test/v1/traces'
const read = (body: BodyInit | null, init: ResponseInit = {}) => readAnswer(new Response(body, init), ENDPOINT)
const taken = (rejected = 0, message = ''): Answer => ({ kind: 'taken', rejected, message })

afterEach(() => {
  vi.useRealTimers()
})

/** `ExportTraceServiceResponse` by hand: a length-delimited field 1 with what is given. */
const protobuf = (...inside: number[]) => new Uint8Array([0x0a, inside.length, ...inside])
const MESSAGE = [0x12, 3, 0x6f, 0x6c, 0x64] // error_message: 'old'

it.each<[what: string, body: BodyInit | null, expected: Answer]>([
  ['no body', null, taken()],
  ['an empty body', '', taken()],
  ['JSON without anything', '{}', taken()],
  ['JSON with null', '{"partialSuccess":null}', taken()],
  [
    'JSON, numbers as OTLP writes them',
    '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"old"}}',
    taken(3, 'old'),
  ],
  ['JSON, a plain number', '{"partialSuccess":{"rejectedSpans":3}}', taken(3)],
  ['JSON, a warning alone', '{"partialSuccess":{"errorMessage":"old"}}', taken(0, 'old')],
  ['JSON, a negative count', '{"partialSuccess":{"rejectedSpans":-3}}', taken()],
  ['JSON, a count that is none', '{"partialSuccess":{"rejectedSpans":"many"}}', taken()],
  ['JSON, a message that is none', '{"partialSuccess":{"rejectedSpans":1,"errorMessage":{}}}', taken(1)],
  ['JSON, cut off', '{"partialSuccess":{"rejected', taken()],
  ['protobuf', protobuf(0x08, 3, ...MESSAGE), taken(3, 'old')],
  ['protobuf, a count of two bytes', protobuf(0x08, 0x80, 0x02), taken(256)],
  ['protobuf, a warning alone', protobuf(...MESSAGE), taken(0, 'old')],
  ['protobuf with fields of a later version', new Uint8Array([0x1d, 1, 2, 3, 4, ...protobuf(0x08, 3)]), taken(3)],
  ['protobuf, cut off in a number', protobuf(0x08, 0x80), taken()],
  ['protobuf, cut off in a field', new Uint8Array([0x0a]), taken()],
  ['protobuf of a group', new Uint8Array([0x0b, 0x0c]), taken()],
  [
    'protobuf of 60 bytes, which begins with a line feed and `<`',
    protobuf(0x12, 58, ...Array<number>(58).fill(0x61)),
    taken(0, 'a'.repeat(58)),
  ],
  ['nothing but zeros', new Uint8Array(100), taken()],
  ['more than any answer', `{"x":"${'x'.repeat(70_000)}","partialSuccess":{"rejectedSpans":3}}`, taken()],
])('200 with %s', async (_what, body, expected) => {
  expect(await read(body)).toEqual(expected)
})

it('a body that breaks off is an answer all the same', async () => {
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array([0x0a, 2, 8]))
      controller.error(new Error('reset'))
    },
  })
  expect(await read(broken)).toEqual(taken())
})

it('a body that was promised to be long is cancelled', async () => {
  let isCancelled = false
  const endless = new ReadableStream({
    cancel() {
      isCancelled = true
    },
  })
  const response = new Response(endless, { headers: { 'content-length': '100000' } })
  expect(await readAnswer(response, ENDPOINT)).toEqual(taken())
  expect(isCancelled).toBe(true)
})

it.each([200, 204, 400, 413, 503])('%i is answered when its body is over, an empty one too', async (status) => {
  let end = () => {}
  const body = new ReadableStream({
    start(controller) {
      end = () => controller.close()
    },
  })
  const response = new Response(status === 204 ? null : body, { status, headers: { 'content-length': '0' } })
  let isRead = false
  const answer = readAnswer(response, ENDPOINT).then(() => {
    isRead = true
  })
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(isRead).toBe(status === 204)
  end()
  await answer
  expect(isRead).toBe(true)
})

it.each([
  [429, 'later'],
  [502, 'later'],
  [503, 'later'],
  [504, 'later'],
  [413, 'too_large'],
  [415, 'unknown_type'],
  [400, 'refused'],
  [401, 'refused'],
  [408, 'refused'],
  [500, 'refused'],
  [501, 'refused'],
])('%i is %s, and its error says who answered what', async (status, kind) => {
  const answer = await read('whatever', { status, statusText: 'Words' })
  expect(answer).toMatchObject({ kind, error: { message: `${ENDPOINT} answered ${status} Words` } })
})

it.each([
  ['nothing', null, null],
  ['seconds', '7', 7000],
  ['seconds with blanks', ' 7 ', 7000],
  ['zero', '0', 0],
  ['a date', 'Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
  ['a date in the past', 'Sun, 22 Nov 2026 11:00:00 GMT', 0],
  ['a fraction, which is no number of seconds', '1.5', expect.toSatisfy((after) => after === null || after >= 0)],
  ['garbage', 'soon', null],
  ['a negative number', '-5', expect.toSatisfy((after) => after === null || after >= 0)],
  ['an endless number', '9'.repeat(400), null],
])('Retry-After of %s', async (_what, header, after) => {
  vi.useFakeTimers({ now: Date.parse('2026-11-22T12:00:00Z') })
  const headers: HeadersInit = header === null ? {} : { 'retry-after': header }
  expect(await read(null, { status: 503, headers })).toMatchObject({ kind: 'later', after })
})

it.each([
  [
    'a 200 that is a web page',
    200,
    'text/html; charset=utf-8',
    '<!doctype html><title>Shop</title>',
    'with a web page',
  ],
  ['a 200 that is a large web page', 200, 'text/html', `<!doctype html>${' '.repeat(70_000)}`, 'with a web page'],
  ['a 404', 404, 'text/plain', 'nothing here', '404'],
])('%s is no collector, and the error says which address one has', async (_what, status, type, body, said) => {
  const headers = { 'content-type': type, 'content-length': String(body.length) }
  const message = expect.stringMatching(new RegExp(`${said}.*/v1/traces$`))
  expect(await read(body, { status, headers })).toMatchObject({ kind: 'refused', error: { message } })
})

it('an empty 200 with the type of a page is taken', async () => {
  expect(await read('', { headers: { 'content-type': 'text/html', 'content-length': '0' } })).toEqual(taken())
})

it('a redirect that is not followed is told, and the body may be sent again', async () => {
  const response = Object.defineProperties(Response.error(), { type: { value: 'opaqueredirect' } })
  expect(await readAnswer(response, ENDPOINT)).toMatchObject({
    kind: 'later',
    after: null,
    error: { message: expect.stringMatching(/redirects.*`endpoint`/) },
  })
})

it('what is no response at all, from a fetch of the page, is refused', async () => {
  expect(await readAnswer({} as Response, ENDPOINT)).toMatchObject({ kind: 'refused' })
})

it('a web page is none of a collector, by its type or by how it begins', async () => {
  const type = fc.constantFrom(
    'text/html',
    'Text/HTML',
    'TEXT/HTML; Charset=UTF-8',
    'application/XHTML+xml',
    'text/plain',
    '',
  )
  const begin = fc.constantFrom('', ' ', '\n\n', '\ufeff', '\r\n\t')
  const tag = fc.constantFrom(
    '<!doctype html>',
    '<!DOCTYPE HTML PUBLIC "-//W3C">',
    '<html>',
    '<HTML lang=en>',
    '<!-- a --><html>',
  )
  await fc.assert(
    fc.asyncProperty(type, begin, tag, async (contentType, blank, open) => {
      const body = new TextEncoder().encode(`${blank}${open}<title>It works</title>`)
      const answer = await read(body, contentType ? { headers: { 'content-type': contentType } } : {})
      expect(answer).toMatchObject({ kind: 'refused', error: { message: expect.stringContaining('with a web page') } })
    }),
    { numRuns: 200 },
  )
})
