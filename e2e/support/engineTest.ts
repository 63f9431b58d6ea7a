import type { TestType } from '@playwright/test'
import type { EnginePage } from './enginePage'
import type { Lab } from './startLab'

interface EngineFixtures {
  readonly enginePage: EnginePage
  readonly engine: string
  readonly lab: Lab
}

/** The `test` of any engine: `test` for those that Playwright drives, `webkitTest` for WebKitGTK. */
// biome-ignore lint/complexity/noBannedTypes: as Playwright says that no fixture of a worker is needed
export type EngineTest = TestType<EngineFixtures, {}>
