import assert from 'node:assert/strict'
import { test } from 'node:test'

// What a server that renders pages must find unchanged. Descriptors, since reading some globals creates them.
const watched = {
  globalThis,
  Promise,
  'Promise.prototype': Promise.prototype,
  'Function.prototype': Function.prototype,
  'Object.prototype': Object.prototype,
  'EventTarget.prototype': EventTarget.prototype,
  'AbortSignal.prototype': AbortSignal.prototype,
}

const descriptorsOf = () =>
  Object.fromEntries(Object.entries(watched).map(([name, owner]) => [name, Object.getOwnPropertyDescriptors(owner)]))

/** Every change as a line, so that a failure says what was patched. */
function changesSince(before) {
  const after = descriptorsOf()
  return Object.keys(watched).flatMap((name) => {
    const keys = new Set([...Reflect.ownKeys(before[name]), ...Reflect.ownKeys(after[name])])
    return [...keys]
      .filter((key) => !isSame(before[name][key], after[name][key]))
      .map((key) => `${name}.${String(key)}`)
  })
}

const isSame = (a, b) =>
  ['value', 'get', 'set', 'writable', 'enumerable', 'configurable'].every((key) => Object.is(a?.[key], b?.[key]))

void [TextEncoder, TextDecoder, fetch] // Node makes these at the first reading, whoever reads

const before = descriptorsOf()

test('importing the package in Node patches nothing', async () => {
  await import('@codomyrmex/telemetry')
  assert.deepEqual(changesSince(before), [])
})

test('importing the file for a script tag in Node patches nothing and starts nothing', async () => {
  await import('@codomyrmex/telemetry/telemetry.min.js')
  assert.deepEqual(changesSince(before), [])
})

test('every call is a harmless one in Node, before and after startTelemetry()', async (t) => {
  const sent = t.mock.method(globalThis, 'fetch', () => Promise.reject(new Error('no server call expected')))
  const patchedByTest = changesSince(before)
  const { startTelemetry, startSpan, withSpan, withContext, bind, getCurrentSpan, linkSpan, traced } = await import(
    '@codomyrmex/telemetry'
  )

  const callAll = async () => {
    const span = startSpan('render', { attributes: { route: '/' } })
    assert.equal(span.setAttribute('a', 1).addEvent('b'), span)
    assert.equal(
      withSpan('load', () => 42),
      42,
    )
    assert.equal(await withSpan('load', async () => 'later'), 'later')
    assert.equal(
      withContext(span, () => 'inside'),
      'inside',
    )
    assert.equal(bind(() => 'bound')(), 'bound')
    assert.equal(traced('double')((n) => n * 2)(21), 42)
    assert.equal(linkSpan(span), false)
    assert.equal(getCurrentSpan(), null)
    span.end()
  }

  await callAll()
  const telemetry = startTelemetry({ serviceName: 'server', endpoint: '/v1/traces' })
  await callAll()
  await telemetry.forceFlush()
  await telemetry.shutdown()
  await callAll()

  assert.deepEqual(changesSince(before), patchedByTest)
  assert.equal(sent.mock.callCount(), 0)
})
