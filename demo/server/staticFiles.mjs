// @ts-check
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { pipeline } from 'node:stream'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse} Res */

/** @type {Record<string, string>} */
const CONTENT_TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/**
 * Sends a file below a folder.
 * @param {Req} req
 * @param {Res} res
 * @param {{ root: string, path: string, headers?: Record<string, string>, editHtml?: (html: string) => string }} what
 *   `path`: the decoded path below `root`; one that ends with `/` means its index.html
 * @returns {Promise<boolean>} whether there was such a file; if not, nothing has been sent
 */
export async function sendFile(req, res, { root, path, headers = {}, editHtml = (html) => html }) {
  const file = join(root, path.endsWith('/') ? `${path}index.html` : path)
  if (!file.startsWith(root + sep) || file.includes('\0')) return false
  const stats = await stat(file).catch(() => null)
  if (!stats?.isFile()) return false
  const extension = extname(file)
  const contentType = CONTENT_TYPES[extension] ?? 'application/octet-stream'
  const common = {
    'content-type': contentType,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    ...headers,
  }
  if (extension === '.html') {
    const html = Buffer.from(editHtml(await readFile(file, 'utf8')))
    res.writeHead(200, { ...common, 'content-length': html.length })
    res.end(req.method === 'HEAD' ? undefined : html)
    return true
  }
  res.writeHead(200, { ...common, 'content-length': stats.size })
  if (req.method === 'HEAD') res.end()
  else pipeline(createReadStream(file), res, () => {}) // the reader going away is no failure of ours
  return true
}
