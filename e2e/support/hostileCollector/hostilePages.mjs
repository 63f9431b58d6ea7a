// @ts-check
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sendFile } from '../../../demo/server/staticFiles.mjs'

const DIST = fileURLToPath(new URL('../../../dist', import.meta.url))
const LATE_MS = 1500
const PAGE_START =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">'

/** The pages and scripts of one test, and the built files of this project. */
export function createHostilePages() {
  /** @type {Map<string, { type: string, body: string }>} */
  const texts = new Map()
  const never = new Set(['/never'])

  return {
    /** @param {string} html @returns {string} its path */
    page(html) {
      const path = `/page-${texts.size}.html`
      texts.set(path, { type: 'text/html', body: PAGE_START + html })
      return path
    },
    /** @param {string} name @param {string} code @returns {string} its path */
    script(name, code) {
      texts.set(`/${name}`, { type: 'text/javascript', body: code })
      never.delete(`/${name}`)
      return `/${name}`
    },
    /** From now on it is asked for in vain. @param {string} name */
    never(name) {
      never.add(`/${name}`)
    },
    /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res */
    async answer(req, res) {
      const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
      if (never.has(path)) return
      if (path === '/late') await wait(LATE_MS)
      const text = path === '/late' ? { type: 'text/html', body: `${PAGE_START}<p>late` } : texts.get(path)
      if (text)
        return void res
          .writeHead(200, { 'content-type': `${text.type}; charset=utf-8`, 'cache-control': 'no-cache' })
          .end(text.body)
      if (!(await sendFile(req, res, { root: DIST, path }))) res.writeHead(404).end()
    },
  }
}
