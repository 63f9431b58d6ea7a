// @vitest-environment node
import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOwnHosts } from '../../demo/server/ownHosts.mjs'
import { readHostName } from '../../demo/server/readHostName.mjs'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** The status that requests with these Host headers get, 0 when they are let in. */
function statusOf(names: readonly string[], ...headers: string[]): number {
  const req = { headersDistinct: headers.length > 0 ? { host: headers } : {} } as unknown as IncomingMessage
  return createOwnHosts(names).whyRefused(req)?.status ?? 0
}

describe('own hosts', () => {
  it.each([
    ...LOOPBACK,
    'localhost:4318',
    '127.0.0.1:80',
    '[::1]:65535',
    'LocalHost:4318',
    'localhost.',
    'localhost.:4318',
    'a.localhost',
    'a.b-c.LOCALHOST.:1',
  ])('lets %s in', (host) => {
    expect(statusOf([], host)).toBe(0)
  })

  it.each([
    [['my.box'], 'MY.box.:8080'],
    [[' My.Box:4318'], 'my.box'],
    [['other', 'bücher.box'], 'xn--bcher-kva.box'],
    [['fe80::1%eth0'], '[fe80::1]:4318'],
    [['192.168.1.5'], '192.168.1.5:4318'],
    [['0.0.0.0'], '192.168.1.5:4318'],
    [['::'], '[fd00::5]'],
  ])('started with %j it lets %s in too, and still localhost', (names, host) => {
    expect([statusOf(names, host), statusOf(names, 'localhost')]).toEqual([0, 0])
    expect(statusOf([], host)).toBe(421)
  })

  it('is itself in every spelling that keeps the name', () => {
    const spelling = fc.tuple(
      fc.constantFrom('localhost', '127.0.0.1', 'my.box', 'a.localhost'),
      fc.infiniteStream(fc.boolean()),
      fc.constantFrom('', '.'),
      fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: null }),
    )
    fc.assert(
      fc.property(spelling, ([name, isUpper, dot, port]) => {
        const cased = [...name].map((letter) => (isUpper.next().value ? letter.toUpperCase() : letter)).join('')
        expect(statusOf(['my.box'], cased + dot + (port === null ? '' : `:${port}`))).toBe(0)
      }),
    )
  })
})

describe('strange hosts', () => {
  it.each([
    'evil.example',
    'evil.example:4318',
    'localhost.evil.example',
    'evil-localhost',
    'my.box.evil.example',
    'notmy.box',
    '127.0.0.2',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0.0.0.0:4318',
    '192.168.1.5',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
  ])('answers 421 to %s', (host) => {
    expect(statusOf(['my.box'], host)).toBe(421)
  })

  it.each([
    '',
    ' ',
    ':4318',
    '.',
    '.localhost',
    'localhost..',
    'a..localhost',
    'localhost:',
    'localhost:x',
    'localhost:123456',
    'localhost:80:80',
    'user@localhost',
    'user:pass@localhost',
    'localhost@evil.example',
    'localhost/',
    'localhost#evil.example',
    'localhost\\evil.example',
    'localhost,evil.example',
    'localhost, localhost',
    'http://localhost',
    '%6cocalhost',
    '::1',
    '[::1',
    '[::1].',
    '[::1%lo]',
    '[localhost]',
    '\u212a.localhost', // the Kelvin sign, a k in lower case
    'lócalhost',
    `${'a'.repeat(300)}.localhost`,
  ])('answers 400 to %j', (host) => {
    expect(statusOf(['my.box'], host)).toBe(400)
  })

  it('answers 400 to no Host and to several, even of its own', () => {
    expect([statusOf([]), statusOf([], 'localhost', 'localhost'), statusOf([], 'localhost', 'evil.example')]).toEqual([
      400, 400, 400,
    ])
  })

  it('answers 421 to any other name', () => {
    fc.assert(
      fc.property(fc.domain(), fc.constantFrom('', '.', ':4318'), (domain, end) => {
        expect(statusOf([], domain + end)).toBe(421)
      }),
    )
  })

  it('lets nothing in that a browser would read as another host', () => {
    const parts = [
      ...LOOPBACK,
      'my.box',
      'evil.example',
      'LOCALHOST',
      '.',
      ':',
      '@',
      '80',
      '-',
      '/',
      '#',
      '?',
      '\\',
      ' ',
    ]
    const header = fc.array(fc.constantFrom(...parts, '\t', '%2e', '[', ']', 'ı', '_'), { maxLength: 5 })
    fc.assert(
      fc.property(
        header.map((pieces) => pieces.join('')),
        (host) => {
          if (statusOf(['my.box'], host) !== 0) return
          const { hostname, username } = new URL(`http://${host}/`)
          const name = hostname.replace(/\.$/, '')
          expect(username).toBe('')
          expect([...LOOPBACK, 'my.box'].includes(name) || name.endsWith('.localhost')).toBe(true)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('names no host that is its own to the stranger', () => {
    const req = { headersDistinct: { host: ['Evil.Example:80'] } } as unknown as IncomingMessage
    expect(createOwnHosts(['my.box']).whyRefused(req)?.sentence).toBe(
      'This demo does not answer to the host evil.example; if that is a name of yours, start the demo with it in DEMO_HOSTS: DEMO_HOSTS=evil.example npm start',
    )
  })
})

it.each([
  '',
  ' ',
  '*.box',
  'my box',
  'http://my.box',
  'my.box/path',
  'user@my.box',
  'my..box',
  '[::1',
  'a,b',
  'my.box:x',
])('reads no host name from %j', (given) => {
  expect(readHostName(given)).toBeNull()
  expect(() => createOwnHosts([given])).toThrow('is not a host name')
})
