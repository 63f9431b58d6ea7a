import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext } from '@playwright/test'
import { runChromium } from './runChromium.mjs'

/** A browser whose tabs really hide behind each other, with a profile of its own. */
export async function launchWithTabs(
  executablePath: string,
): Promise<{ context: BrowserContext; close: () => Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'telemetry-tabs-'))
  const { context, close } = await runChromium(executablePath, profile)
  return {
    context,
    async close() {
      await close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
