// @ts-check
// A process of nodeProcess.mjs: runs the scripts that it is sent, then blocks of their rows.
import vm from 'node:vm'

const page = /** @type {any} */ (globalThis)
page.self = page
page.location ??= new URL('http://localhost/')
page.WorkerLocation = class {} // in plain Node ours would stay off, as on a server that renders a page

process.on('message', async (/** @type {any} */ { scripts, row, ms, inside }) => {
  for (const script of scripts ?? []) vm.runInThisContext(script)
  process.send?.({ ns: row ? await page.blockOf(row, ms, inside) : 0 })
})
