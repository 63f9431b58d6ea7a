import { fileURLToPath } from 'node:url'
import type { TestInfo } from '@playwright/test'
import { build } from 'vite'
import type { EnginePage } from '../support/enginePage'
import type { EngineTest } from '../support/engineTest'
import { serveModule } from '../support/serveModule'
import type { Lab } from '../support/startLab'
import { openLab } from '../support/test'
import { type PointResult, walkPoints } from '../support/walkPoints'

/** What one walk hands to the reporter, as JSON in an attachment of this name. */
export const WALK = 'walk'

export interface Walk {
  /** Such as `Firefox 153.7`. */
  readonly engine: string
  readonly contestant: string
  readonly results: readonly PointResult[]
}

/** Walks the points with this project and with OpenTelemetry JS. */
export function walkBoth(test: EngineTest): void {
  for (const [contestant, context] of [
    ['this project', 'auto'],
    ['this project, context: sync', 'sync'],
  ] as const)
    test(contestant, async ({ enginePage, engine, lab }, info) => {
      await openLab(enginePage, lab, '', 'telemetry.full.min.js') // without an exporter nothing is loaded later
      await enginePage.evaluate((context) => void api.startTelemetry({ context, processors: [] }), context)
      await walk(enginePage, lab, engine, info)
    })

  test('OpenTelemetry JS with zone.js', async ({ enginePage, engine, lab }, info) => {
    const script = lab.script('otelApi.js', await bundleOtel())
    await enginePage.goto(lab.page(`<body><script src="${script}"></script>`))
    await walk(enginePage, lab, engine, info)
  })
}

async function walk(page: EnginePage, lab: Lab, engine: string, info: TestInfo) {
  const results = await walkPoints(page, serveModule(lab, 'contextPoints.ts'))
  const body: Walk = { engine, contestant: info.title, results }
  await info.attach(WALK, { body: JSON.stringify(body), contentType: 'application/json' })
}

/** One script, as an application would make it; the points stay outside, on native code. */
async function bundleOtel(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('./otelApi.ts', import.meta.url)),
        output: { format: 'iife', codeSplitting: false },
      },
    },
  })
  const [first] = Array.isArray(output) ? output : [output]
  if (!first || !('output' in first)) throw new Error('the build gave no output')
  return first.output[0].code
}
