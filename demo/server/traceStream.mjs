// @ts-check
import { sendJson } from './sendJson.mjs'

/** @typedef {import('node:http').ServerResponse} Res */
/** @typedef {import('../collector/contract').TraceStore} TraceStore */

const MIN_INTERVAL_MS = 200 // between two events of one trace
const HEARTBEAT_MS = 15_000 // proxies close silent connections
const MAX_WAITING_BYTES = 4 * 1024 * 1024 // a reader this far behind is cut off and comes back by itself
const MAX_READERS = 32 // each may have that many bytes waiting: 128 MiB together

/**
 * Tells viewers which traces gained spans, as server-sent events: the first at once, then at most one per trace and interval.
 * @param {TraceStore} store
 * @param {{ intervalMs?: number, heartbeatMs?: number, maxReaders?: number }} [options]
 */
export function createTraceStream(store, options = {}) {
  const { intervalMs = MIN_INTERVAL_MS, heartbeatMs = HEARTBEAT_MS, maxReaders = MAX_READERS } = options
  /** @type {Set<Res>} */
  const readers = new Set()
  /** @type {Map<string, { timer: NodeJS.Timeout, changed: boolean }>} traces told about less than an interval ago */
  const resting = new Map()
  const heartbeat = setInterval(() => write(':\n\n'), heartbeatMs)
  const unsubscribe = store.subscribe((change) => {
    if (change.type === 'cleared') write('event: cleared\ndata: {}\n\n')
    else announce(change.traceId)
  })

  return {
    /** @param {Res} res */
    open(res) {
      if (readers.size >= maxReaders) return refuse(res)
      res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      res.write('retry: 1000\n\n')
      readers.add(res)
      res.once('close', () => readers.delete(res))
    },
    close() {
      unsubscribe()
      clearInterval(heartbeat)
      for (const { timer } of resting.values()) clearTimeout(timer)
      for (const res of readers) res.end()
    },
  }

  /** The viewer asks again by itself. @param {Res} res */
  function refuse(res) {
    sendJson(res, 503, { error: `${maxReaders} viewers are open, and there can be no more: close one of them` })
  }

  /** @param {string} traceId */
  function announce(traceId) {
    const rest = resting.get(traceId)
    if (rest) {
      rest.changed = true
      return
    }
    const summary = readers.size > 0 ? store.summary(traceId) : null
    if (!summary) return
    write(`event: trace\ndata: ${JSON.stringify(summary)}\n\n`)
    const timer = setTimeout(() => {
      const changed = resting.get(traceId)?.changed
      resting.delete(traceId)
      if (changed) announce(traceId)
    }, intervalMs)
    resting.set(traceId, { timer, changed: false })
  }

  /** @param {string} text */
  function write(text) {
    for (const res of readers) {
      if (res.writableLength > MAX_WAITING_BYTES) res.destroy()
      else res.write(text)
    }
  }
}
