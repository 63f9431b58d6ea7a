import { chromium, type LaunchOptions } from '@playwright/test'

/** The Chromium of this run: the one that was found, else Playwright's own. */
export function chromiumPath({ executablePath }: LaunchOptions): string {
  return executablePath ?? chromium.executablePath()
}
