// @ts-check
/**
 * @param {import('node:http').ServerResponse} res
 * @param {number} status
 * @param {string} text plain, unless `headers` say otherwise
 * @param {Record<string, string>} [headers]
 */
export function sendText(res, status, text, headers = {}) {
  const own = {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
  }
  res.writeHead(status, { ...own, ...headers }).end(text)
}
