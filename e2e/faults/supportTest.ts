import type { HostileCollector } from '../support/hostileCollector/contract'
import { startHostileCollector } from '../support/hostileCollector/startHostileCollector.mjs'
import { test as base, expect } from '../support/test'

interface FaultFixtures {
  /** A fresh origin with pages, and a collector there and on another origin. */
  readonly collector: HostileCollector
}

interface FaultOptions {
  /** Every answer closes its connection: Chromium itself sends again what was cut on a connection that it reused. */
  readonly freshConnections: boolean
}

export const test = base.extend<FaultFixtures & FaultOptions>({
  freshConnections: [false, { option: true }],
  collector: async ({ freshConnections, context }, use) => {
    const collector = await startHostileCollector({ freshConnections })
    await use(collector)
    await context.close().catch(() => {}) // the pages go before their server
    await collector.close()
  },
})

export { expect }
