// @ts-nocheck
import { KINDS, remove, SCRIPT } from './testWindows.mjs'

// A window that misses something may fail between all that runs.
let onUncaught = () => {}
for (const event of ['unhandledRejection', 'uncaughtException'])
  process.on(event, (error) => onUncaught(String(error?.message ?? error)))

/** What the first page of the README does: a span, with requests after an await. */
const PAGE = `(() => {
  const withSpan = (name, fn) => globalThis.telemetry ? telemetry.withSpan(name, fn) : fn(null)
  const current = () => globalThis.telemetry ? telemetry.getCurrentSpan() : null
  const said = async (work) => { try { return await work() } catch (error) { return 'threw ' + error } }
  const ask = (XMLHttpRequest, address) => new Promise((resolve) => {
    const xhr = new XMLHttpRequest()
    xhr.onload = () => resolve(xhr.status)
    xhr.onerror = () => resolve('error')
    xhr.open('GET', address)
    xhr.send()
  })
  return async (query) => {
    const { fetch, XMLHttpRequest } = globalThis
    const sync = await said(() => withSpan('sync', () => 7))
    const lines = await said(() => withSpan('add to cart', async (span) => {
      await Promise.resolve()
      const lines = []
      if (fetch) lines.push('fetch ' + await said(async () => (await fetch('/api/fetch' + query)).status))
      if (XMLHttpRequest) lines.push('xhr ' + await said(() => ask(XMLHttpRequest, '/api/xhr' + query)))
      return [...lines, current() === span ? 'same span' : 'lost the span']
    }))
    return ['sync ' + sync].concat(lines)
  }
})()`

const START = (query) =>
  `globalThis.handle = telemetry.startTelemetry({ serviceName: 'shop', endpoint: '/v1/traces${query}' })`

let visits = 0

/**
 * One visit of a fresh window, with the package or bare, and without the global `name` from `moment` on. `null` where the window keeps
 * it.
 */
export async function visit(site, kind, { name = '', moment = 'before', isBare = false }) {
  const query = `?${++visits}`
  const errors = []
  const broken = new Promise((resolve) => {
    onUncaught = (error) => {
      errors.push(error)
      resolve([`broken: ${error}`])
    }
  })
  const window = KINDS[kind](site.url, errors)
  const close = window.close.bind(window)
  if (name && moment === 'before' && !remove(window, name)) return null
  const page = window.eval(PAGE)
  if (!isBare) window.eval(SCRIPT + START(query))
  if (name && moment === 'after' && !remove(window, name)) return null
  const lines = [
    ...(await Promise.race([page(query), broken, new Promise((resolve) => setTimeout(resolve, 3000, ['hangs']))])),
  ]
  const { handle } = isBare ? {} : window.eval('({ handle })')
  const ends = handle ? [handle.forceFlush(), handle.shutdown()].map((done) => done.then(() => 'done', String)) : []
  // Where there are no timers a time-out never comes.
  const ended = await Promise.race([
    Promise.all(ends),
    broken,
    new Promise((resolve) => setTimeout(resolve, 1000, 'waits')),
  ])
  await Promise.race([window.happyDOM?.abort(), new Promise((resolve) => setTimeout(resolve, 500))])
  close()
  const asked = site.requests.filter(({ url }) => url.endsWith(query))
  return { lines, ended, errors, asked, stats: handle?.stats() }
}

export const isTraced = ({ headers }) => 'traceparent' in headers
