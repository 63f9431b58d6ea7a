import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from './faults/supportTest'
import { type Framework, frameworks } from './frameworks/frameworks'
import { freePort } from './support/freePort.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const BUILD_MS = 300_000 // on a busy machine; else ten to thirty seconds

for (const [name, framework] of Object.entries(frameworks))
  test(`an application built and rendered on the server by ${name} traces in the browser, and only there`, async ({
    page,
    collector,
    told,
  }, { outputDir }) => {
    test.setTimeout(2 * BUILD_MS)
    writeApp(outputDir, framework)
    await promisify(execFile)(process.execPath, [commandOf(framework), ...framework.build], inApp(outputDir))
    const port = await freePort()
    const server = spawn(process.execPath, [commandOf(framework), ...framework.serve(port)], {
      ...inApp(outputDir),
      stdio: 'ignore',
      detached: true, // with what it starts itself
    })
    try {
      await page.addInitScript(`globalThis.collector = ${JSON.stringify(collector.otherEndpoint)}`)
      await untilServed(page, `http://127.0.0.1:${port}/`, server)
      await expect(page.locator('p')).toHaveText('in none')
      // What comes from the server does nothing before the framework has taken it over.
      await expect(async () => {
        await page.locator('button').click()
        await expect(page.locator('output')).toHaveText(/^00-/, { timeout: 1000 })
      }).toPass()
      const traceparent = await page.locator('output').textContent()
      await page.close({ runBeforeUnload: true })
      const span = (which: string) => collector.spans().find((one) => one.name === which)
      await collector.waitFor(() => span('buy') !== undefined && span('GET') !== undefined)
      const { traceId, spanId } = span('GET')!
      expect(traceparent).toBe(`00-${traceId}-${spanId}-03`)
      expect([span('GET')!.parentSpanId, span('buy')!.parentSpanId]).toEqual([span('buy')!.spanId, null])
      expect(told).toEqual([])
    } finally {
      process.kill(-server.pid!)
    }
  })

/** With the package as npm would put it there; all else is found in the project's own packages, above. */
function writeApp(folder: string, { files }: Framework): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const own = join(folder, 'node_modules/@codomyrmex/telemetry')
  for (const part of ['package.json', 'dist']) cpSync(join(ROOT, part), join(own, part), { recursive: true })
}

const commandOf = ({ command: [name, file] }: Framework) => join(ROOT, 'node_modules', name, file)

const inApp = (cwd: string) => ({
  cwd,
  env: { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1' },
})

async function untilServed(page: import('@playwright/test').Page, url: string, server: ChildProcess): Promise<void> {
  await expect(async () => {
    expect(server.exitCode).toBeNull()
    await page.goto(url)
  }).toPass()
}
