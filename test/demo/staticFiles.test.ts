// @vitest-environment node
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendFile } from '../../demo/server/staticFiles.mjs'
import { type Served, serve } from './support'

let folder: string
let served: Served
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'static-files-'))
  const root = join(folder, 'root')
  mkdirSync(join(root, 'app'), { recursive: true })
  mkdirSync(join(folder, 'root-beside'))
  writeFileSync(join(folder, 'root-beside', 'secret.txt'), 'secret')
  writeFileSync(join(root, 'app', 'index.html'), '<p>ü</p>')
  writeFileSync(join(root, 'app', 'main.js'), 'export {}')
  const editHtml = (html: string) => html.replace('ü', 'edited ü')
  served = await serve(async (req, res) => {
    const path = decodeURIComponent(req.url ?? '/')
    const found = await sendFile(req, res, { root, path, headers: { 'x-more': '1' }, editHtml })
    if (!found) res.writeHead(404).end()
  })
})
afterAll(async () => {
  await served.close()
  rmSync(folder, { recursive: true })
})

const get = async (path: string, method = 'GET') => {
  const response = await fetch(served.url + path, { method })
  return [response.status, response.headers.get('content-type'), await response.text()]
}

it('sends a file with its type, index.html for a folder, HTML edited, and no body to HEAD', async () => {
  expect(await get('/app/main.js')).toEqual([200, 'text/javascript; charset=utf-8', 'export {}'])
  expect(await get('/app/')).toEqual([200, 'text/html; charset=utf-8', '<p>edited ü</p>'])
  expect(await get('/app/', 'HEAD')).toEqual([200, 'text/html; charset=utf-8', ''])
  expect((await fetch(`${served.url}/app/main.js`)).headers.get('x-more')).toBe('1')
})

it.each([
  '/app',
  '/nothing.js',
  '/..%2froot-beside%2fsecret.txt',
  '/app%2f..%2f..%2froot-beside/secret.txt',
  '/app/main.js%00.html',
])('finds nothing at %s', async (path) => {
  expect((await get(path))[0]).toBe(404)
})
