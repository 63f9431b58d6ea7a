const BASE = '/viewer/'

export type Route =
  | { readonly page: 'list'; readonly search: string }
  | { readonly page: 'trace'; readonly traceId: string; readonly spanId: string | null }

/** Any address below the viewer's is something: what is not a trace is the list. */
export function readRoute(pathname: string, search: string, hash: string): Route {
  const match = /\/trace\/([^/]+)\/?$/.exec(pathname)
  const traceId = match?.[1] && decode(match[1])
  if (!traceId) return { page: 'list', search }
  const spanId = /^#span=(.+)$/.exec(hash)?.[1]
  return { page: 'trace', traceId, spanId: spanId ? decode(spanId) : null }
}

export function listPath(search = ''): string {
  return BASE + search
}

export function tracePath(traceId: string, spanId?: string): string {
  return `${BASE}trace/${encodeURIComponent(traceId)}${spanId ? spanHash(spanId) : ''}`
}

export function spanHash(spanId: string | null): string {
  return spanId ? `#span=${encodeURIComponent(spanId)}` : ''
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a stray % is part of the name
  }
}
