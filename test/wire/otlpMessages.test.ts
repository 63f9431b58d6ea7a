// @vitest-environment node
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeOtlpJson } from '../../src/wire/otlpJson'
import { readOtlpProtobuf, writeOtlpProtobuf } from '../../src/wire/otlpMessages'
import { encodeOtlpProtobuf } from '../../src/wire/otlpProtobuf'
import { plainSpan } from '../export/plainSpan'
import { anySpans } from './anySpan'
import { readJson, readProtobuf } from './otlpRequest'

/** Through text, as it is sent: `-0` is `0` there. */
const asJson = (bytes: Uint8Array<ArrayBuffer>) => readJson(Buffer.from(JSON.stringify(readOtlpProtobuf(bytes))))

it('reads from protobuf what the JSON of the same spans says, field by field', () => {
  fc.assert(
    fc.property(anySpans, (spans) => {
      const json = new TextDecoder('utf-8', { ignoreBOM: true }).decode(encodeOtlpJson(spans))
      const written = Buffer.from(JSON.stringify(JSON.parse(json)))
      expect(asJson(encodeOtlpProtobuf(spans))).toEqual(readJson(written))
    }),
  )
})

it('writes as protobuf what JSON says, as the official schema reads both', () => {
  fc.assert(
    fc.property(anySpans, (spans) => {
      const json = new TextDecoder('utf-8', { ignoreBOM: true }).decode(encodeOtlpJson(spans))
      const given = JSON.parse(JSON.stringify(JSON.parse(json))) as Parameters<typeof writeOtlpProtobuf>[0] // -0 is 0 there
      expect(readProtobuf(writeOtlpProtobuf(given))).toEqual(readJson(Buffer.from(JSON.stringify(given))))
    }),
  )
})

it('keeps nanoseconds and 64 bits that no double holds', () => {
  const span = plainSpan({ startTime: 1_790_000_000_123.0625, attributes: { long: 2n ** 63n - 1n, low: -(2n ** 63n) } })
  const [read] = asJson(encodeOtlpProtobuf([span])).resourceSpans?.[0]?.scopeSpans?.[0]?.spans ?? []
  expect(read?.startTimeUnixNano).toBe('1790000000123062500')
  expect(read?.attributes?.map(({ value }) => value?.intValue)).toEqual(['9223372036854775807', '-9223372036854775808'])
})

it('passes over fields that it does not know', () => {
  expect(readOtlpProtobuf(Uint8Array.of(0x7a, 2, 1, 1, 0x78, 5, 0x7d, 1, 2, 3, 4))).toEqual({})
})

it.each([
  ['cut off in a length', [0x0a]],
  ['cut off in a field', [0x0a, 5, 1]],
  ['cut off in a number', [0x78, 0x80]],
  ['a group', [0x0b, 0x0c]],
  ['text', [...new TextEncoder().encode('<html>')]],
])('throws at %s', (_, bytes) => {
  expect(() => readOtlpProtobuf(Uint8Array.from(bytes))).toThrow()
})
