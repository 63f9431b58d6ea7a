import { defineConfig } from '@playwright/test'
import tests from '../playwright.config'

const WEBKIT_GTK_WALKS = '**/*.webkit.table.ts'
/** Their context is carried by the same code in every engine; Chromium is enough for a table. */
const APPLICATIONS = '**/applications.table.ts'

/** The engines of the tests, walked for the table instead. */
// biome-ignore lint/style/noDefaultExport: Playwright takes the default export
export default defineConfig({
  ...tests,
  testMatch: '**/*.table.ts',
  testIgnore: WEBKIT_GTK_WALKS,
  globalSetup: '../support/buildDemo.ts',
  outputDir: '../../test-results',
  timeout: 300_000, // where OpenTelemetry's callbacks never come, each point waits for its time-out
  reporter: './tableReporter.ts',
  projects: (tests.projects ?? []).map(({ grep: _, ...project }) =>
    project.testMatch
      ? { ...project, testMatch: WEBKIT_GTK_WALKS }
      : { ...project, testIgnore: project.name === 'chromium' ? WEBKIT_GTK_WALKS : [WEBKIT_GTK_WALKS, APPLICATIONS] },
  ),
})
