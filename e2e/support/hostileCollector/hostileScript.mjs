// @ts-check
/** @typedef {import('./contract').Behaviour} Behaviour */
/** @typedef {import('./contract').Script} Script */
/** @typedef {import('./contract').HostileRequest} HostileRequest */

/** Which behaviour each request gets: the scripted ones first, in their order, each above what always holds. */
export function createHostileScript() {
  /** @type {{ exports: Script[], preflights: Script[] }} */
  const queued = { exports: [], preflights: [] }
  /** @type {{ exports: Script, preflights: Script }} */
  const standing = { exports: {}, preflights: {} }

  return {
    /** @param {HostileRequest} request @returns {Behaviour} */
    pick(request) {
      const always = resolve(standing.exports, request)
      if (request.method !== 'OPTIONS') return { ...always, ...resolve(queued.exports.shift(), request) }
      return {
        ...corsOf(always),
        ...resolve(standing.preflights, request),
        ...resolve(queued.preflights.shift(), request),
      }
    },
    clear() {
      queued.exports = []
      queued.preflights = []
      standing.exports = {}
      standing.preflights = {}
    },
    asked: {
      /** @param {Script} script */
      next(script, times = 1) {
        for (let i = 0; i < times; i++) queued.exports.push(script)
      },
      /** @param {Script} script */
      nextPreflight(script, times = 1) {
        for (let i = 0; i < times; i++) queued.preflights.push(script)
      },
      /** @param {Script} script */
      always(script) {
        standing.exports = script
      },
      /** @param {Script} script */
      alwaysPreflight(script) {
        standing.preflights = script
      },
    },
  }
}

/** @param {Script | undefined} script @param {HostileRequest} request @returns {Behaviour} */
function resolve(script, request) {
  return typeof script === 'function' ? script(request) : (script ?? {})
}

/** What a collector says to every page of another origin, preflight or not. @param {Behaviour} behaviour @returns {Behaviour} */
function corsOf({ cors, allowHeaders, maxAge, exposeHeaders }) {
  return {
    ...(cors && { cors }),
    ...(allowHeaders && { allowHeaders }),
    ...(maxAge !== undefined && { maxAge }),
    ...(exposeHeaders !== undefined && { exposeHeaders }),
  }
}
