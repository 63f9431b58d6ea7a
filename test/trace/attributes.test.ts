import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AttributeList } from '../../src/trace/attributes'
import { catchReports } from '../support/reports'

let reports: readonly string[]
beforeEach(() => {
  reports = catchReports()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const kept = (value: unknown, lengthLimit = Infinity) => {
  const list = new AttributeList(128, lengthLimit)
  list.set('key', value)
  return list.toObject()['key']
}

describe('values that are kept', () => {
  it.each([
    ['text'],
    [''],
    [0],
    [-0],
    [1.5],
    [Number.NaN],
    [Infinity],
    [-Infinity],
    [Number.MAX_SAFE_INTEGER],
    [true],
    [false],
    [12345678901234567890n],
    [-1n],
    [new Uint8Array([1, 2])],
    [[1, 'two', true, 3n, [4]]],
    [[]],
    [{ a: { b: [1] } }],
    [{}],
    ['\ud800 half of a pair'],
    ['\u0000'],
  ])('%o', (value) => {
    expect(kept(value)).toEqual(value)
    expect(reports).toEqual([])
  })

  it('null and undefined inside a list and a map stay empty places', () => {
    const value = kept([null, undefined, 1]) as unknown[]
    expect(value).toHaveLength(3)
    expect(value[2]).toBe(1)
    expect(kept({ a: null, b: 1 })).toMatchObject({ b: 1 })
  })

  it('a copy, which later changes of the original do not reach', () => {
    const bytes = new Uint8Array([1])
    const value = { list: [1], bytes }
    const own = kept(value)
    value.list.push(2)
    bytes[0] = 9
    expect(own).toEqual({ list: [1], bytes: new Uint8Array([1]) })
  })

  it('__proto__ as a key is a key like others', () => {
    const list = new AttributeList(128, Infinity)
    list.set('__proto__', 'text')
    list.set('map', JSON.parse('{"__proto__": {"polluted": true}}'))
    const object = list.toObject()
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
    expect(Object.getOwnPropertyDescriptor(object, '__proto__')?.value).toBe('text')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('values that are left out', () => {
  it.each([[null], [undefined]])('%o without a report', (value) => {
    expect(kept(value)).toBeUndefined()
    expect(reports).toEqual([])
  })

  class Own {
    a = 1
  }
  it.each([
    [() => {}],
    [Symbol('s')],
    [new Own()],
    [new Map()],
    [new Date()],
    [new Error('e')],
    [/x/],
    [new Float32Array(1)],
  ])('%o with a report that names the key', (value) => {
    expect(kept(value)).toBeUndefined()
    expect(reports).toEqual([expect.stringContaining('`key`')])
  })

  it('an empty key, and a key that is no string', () => {
    const list = new AttributeList(128, Infinity)
    list.set('', 1)
    list.set(5 as never, 1)
    list.setAll({ '': 1 })
    expect(list.toObject()).toEqual({})
    expect(reports).toHaveLength(1)
  })

  it('a circle ends where it closes', () => {
    const circle: Record<string, unknown> = { a: 1 }
    circle['self'] = circle
    const list: unknown[] = [circle]
    list.push(list)
    expect(kept(circle)).toMatchObject({ a: 1 })
    expect(() => kept(list)).not.toThrow()
  })

  it('the same object twice, side by side, is no circle', () => {
    const same = { a: 1 }
    expect(kept([same, same])).toEqual([same, same])
  })

  it('what is deeper than decoders read', () => {
    let deep: unknown = 'bottom'
    for (let i = 0; i < 100; i++) deep = [deep]
    expect(JSON.stringify(kept(deep))).not.toContain('bottom')
    let shallow: unknown = 'bottom'
    for (let i = 0; i < 39; i++) shallow = [shallow]
    expect(JSON.stringify(kept(shallow))).toContain('bottom')
  })

  it('a value with a getter that throws', () => {
    const value = {
      get a(): never {
        throw new Error('a getter of the page')
      },
    }
    expect(kept(value)).toBeUndefined()
    expect(reports).toHaveLength(1)
  })

  it('an object that holds itself many times over is cut before it takes the page with it', () => {
    let read = 0
    let wide: object = {
      get leaf() {
        return ++read
      },
    }
    for (let i = 0; i < 15; i++) wide = { a: wide, b: wide }
    kept(wide)
    expect(read).toBeLessThan(20_000)
  })
})

describe('limits', () => {
  it('a string is cut, never in the middle of a character', () => {
    expect(kept('abcdef', 3)).toBe('abc')
    expect(kept('ab\u{1f600}', 3)).toBe('ab')
    expect(kept('ab\u{1f600}', 4)).toBe('ab\u{1f600}')
    expect(kept('text', 0)).toBe('')
  })

  it('count keys, not writes', () => {
    const list = new AttributeList(2, Infinity)
    list.setAll({ a: 1, b: 2, c: 3 })
    list.set('a', 4)
    list.setAll({ b: 5, d: 6 })
    expect(list.toObject()).toEqual({ a: 4, b: 5 })
    expect(list.dropped).toBe(2)
  })
})

it('whatever is given is kept or left out, and never throws', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withSparseArray: true,
        withTypedArray: true,
      }),
      (value) => {
        kept(value)
        kept(value, 3)
      },
    ),
  )
})
