import { expect, test } from 'vitest'
import { createServiceColours, PLAIN_COLOURS, SERVICE_COLOURS } from '../../demo/viewer/model/serviceColours'

function memory(first: string | null = null) {
  let text = first
  return {
    getItem: () => text,
    setItem: (_: string, value: string) => {
      text = value
    },
  }
}

const names = Array.from({ length: SERVICE_COLOURS }, (_, i) => `service-${i}`)

test('a service has the same colour each time, and a fresh browser agrees', () => {
  const colours = createServiceColours(null)
  expect(colours.colourOf('shop')).toBe(colours.colourOf('shop'))
  expect(createServiceColours(null).colourOf('shop')).toBe(colours.colourOf('shop'))
})

test('services get colours of their own: first the plain ones, then the striped ones', () => {
  const colours = createServiceColours(null)
  const given = names.map((name) => colours.colourOf(name))
  expect(new Set(given).size).toBe(SERVICE_COLOURS)
  expect(given.slice(0, PLAIN_COLOURS).every((colour) => colour < PLAIN_COLOURS)).toBe(true)
  expect(colours.colourOf('one more')).toBeLessThan(SERVICE_COLOURS)
})

test('who got which colour is remembered, whatever the order next time', () => {
  const storage = memory()
  const before = createServiceColours(storage)
  const given = names.map((name) => before.colourOf(name))
  const after = createServiceColours(storage)
  expect(names.toReversed().map((name) => after.colourOf(name))).toEqual(given.toReversed())
})

test('a damaged or forbidden memory is no memory', () => {
  for (const text of ['{', '5', '[["a",99],["b","x"],5,null]', '{"a":1}']) {
    expect(createServiceColours(memory(text)).colourOf('a')).toBe(createServiceColours(null).colourOf('a'))
  }
  const forbidden = {
    getItem: () => {
      throw new Error('denied')
    },
    setItem: () => {
      throw new Error('denied')
    },
  }
  expect(createServiceColours(forbidden).colourOf('a')).toBe(createServiceColours(null).colourOf('a'))
})
