// @ts-check
/**
 * What a browser must be told before a page of another origin may call, as an OpenTelemetry Collector with a `cors:` section tells it.
 * @param {import('node:http').IncomingMessage} req
 * @param {{
 *   origin: 'reflect' | 'any' | 'none',
 *   methods: string,
 *   allow: readonly string[],
 *   allowRequested?: boolean,
 *   expose: string,
 * }} rules `allow`: request headers always allowed; `allowRequested`: and whatever the preflight asks for
 * @returns {Record<string, string>}
 */
export function corsHeaders(req, { origin, methods, allow, allowRequested = false, expose }) {
  if (origin === 'none' || !req.headers.origin) return {}
  /** @type {Record<string, string>} */
  const headers =
    origin === 'any'
      ? { 'access-control-allow-origin': '*' }
      : {
          'access-control-allow-origin': req.headers.origin,
          'access-control-allow-credentials': 'true',
          vary: 'Origin',
        }
  headers['access-control-expose-headers'] = expose
  if (req.method !== 'OPTIONS') return headers
  const requested = allowRequested ? listOf(req.headers['access-control-request-headers']) : []
  return {
    ...headers,
    'access-control-allow-methods': methods,
    'access-control-allow-headers': [...new Set([...allow, ...requested])].join(', '),
    'access-control-max-age': '600',
  }
}

/** @param {string | undefined} header */
function listOf(header) {
  return (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean)
}
