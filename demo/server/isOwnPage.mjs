// @ts-check
/**
 * Whether a request comes from a page of this origin, or from no page at all: a person's address bar, curl. Browsers write both headers,
 * and no page can change them.
 * @param {import('node:http').IncomingMessage} req
 */
export function isOwnPage({ headers }) {
  const site = headers['sec-fetch-site'] // not sent to plain http from other machines, and right behind proxies that change Host
  if (site) return site === 'same-origin' || site === 'none'
  return !headers.origin || headers.origin.replace(/^https?:\/\//, '') === headers.host?.toLowerCase()
}
