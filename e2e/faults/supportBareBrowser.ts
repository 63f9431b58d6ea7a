import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SWITCHES = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync']

/** A Chromium that shows one page and that nobody drives: it prerenders nothing while a debugger is attached. Returns its end. */
export function showPage(executablePath: string, url: string): () => Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'telemetry-bare-'))
  const child = spawn(executablePath, [...SWITCHES, `--user-data-dir=${profile}`, '--remote-debugging-port=0', url], {
    stdio: 'ignore',
    detached: true, // a group of its own
  })
  const exited = once(child, 'exit')
  const killAll = () => {
    // The browser alone would leave children behind that go on writing into the profile.
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  }
  process.once('exit', killAll)
  return async () => {
    process.off('exit', killAll)
    killAll()
    await exited
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }) // the last of them may be dying still
  }
}
