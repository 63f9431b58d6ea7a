import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { CDPSession, Page } from '@playwright/test'
import { callAtEachStep } from './support/callAtEachStep'
import type { Lab } from './support/startLab'
import { expect, test } from './support/test'

// Firefox ends the handler that runs when it ends the process of a closed tab, wherever that is, and calls the next one. Here a step of
// such a handler is its last one: it does not return, and the browser is told to end it.

const NEVER_MS = 3_600_000
const LONG = 700 // characters: 100 such spans are more than one body of an exit
const MANY = 1e9 // steps
const TRIALS = 20 // of the steps of a handler, others each time

declare global {
  interface Window {
    /** At 0 the code does not go on. */
    stepsLeft: number
    api: typeof import('@codomyrmex/telemetry')
  }
  /** Of the page with the frames. */
  var frameUrl: string
}

type Sign = 'visibilitychange' | 'pagehide'

const ORDERS: Record<string, readonly [Sign, Sign]> = {
  'hidden, then left': ['visibilitychange', 'pagehide'],
  'left, then hidden': ['pagehide', 'visibilitychange'],
}

interface Kind {
  readonly file: string
  readonly spans: number
  /** Characters in each. */
  readonly length: number
}

const KINDS: Record<string, Kind> = {
  'with few spans before the second part has come': { file: 'telemetry.min.js', spans: 3, length: 1 },
  'with few spans': { file: 'telemetry.full.min.js', spans: 3, length: 1 },
  'with more than fits one body': { file: 'telemetry.full.min.js', spans: 100, length: LONG },
}

/** A page whose frames each start the file. */
function pageOfFrames(lab: Lab, file: string): string {
  const source = readFileSync(new URL(`../dist/${file}`, import.meta.url), 'utf8')
  const path = lab.script(file, callAtEachStep(source, 'onStep'))
  const frame = lab.page(`<script>
    globalThis.stepsLeft = Infinity
    globalThis.onStep = () => {
      if (--stepsLeft !== 0) return
      navigator.sendBeacon('/lab/last-step', new Error().stack)
      for (;;);
    }
  </script>
  <script type="module">
    import * as api from '${path}'
    api.startTelemetry({ serviceName: 'ended', batch: { scheduledDelay: ${NEVER_MS} }, deferred: false })
    globalThis.api = api
  </script>`)
  return lab.page(`<body><script>globalThis.frameUrl = '${frame}'</script>`)
}

/** In a new frame, spans wait: one and its children, named `${trial}, 0` and so on. */
async function makeSpans(page: Page, trial: string, { spans, length }: Kind): Promise<void> {
  await page.evaluate(async () => {
    const frame = document.createElement('iframe')
    frame.src = frameUrl
    document.body.replaceChildren(frame)
    while (!frames[0]?.api) await new Promise((resolve) => setTimeout(resolve, 5))
  })
  await page.evaluate(
    ([trial, spans, length]) => {
      const { api, document } = frames[0]!
      const attributes = { text: 'x'.repeat(length) }
      api.withSpan(`${trial}, 0`, { attributes }, () => {
        for (let i = 1; i < spans; i++) api.startSpan(`${trial}, ${i}`, { attributes }).end()
      })
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
    },
    [trial, spans, length] as const,
  )
}

/** Calls the frame's handlers. Gives how many of so many steps are left; from 0 on they do not come to their end. */
const leave = (page: Page, type: Sign, steps: number) =>
  page.evaluate(
    ([type, steps]) => {
      const frame = frames[0]!
      frame.stepsLeft = steps
      if (type === 'pagehide') frame.dispatchEvent(new PageTransitionEvent('pagehide'))
      else frame.document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
      return frame.stepsLeft
    },
    [type, steps] as const,
  )

/** The same, ended at the last step. Gives where that was, or `null` when there are not so many steps. */
async function leaveUntil(page: Page, lab: Lab, cdp: CDPSession, type: Sign, steps: number): Promise<string | null> {
  const lastSteps = () => lab.requests.filter(({ url }) => url === '/lab/last-step')
  const before = lastSteps().length
  let isOver = false
  const end = () => {
    isOver = true
  }
  const over = leave(page, type, steps).then(end, end) // it says that it was ended
  while (!isOver && lastSteps().length === before) await wait(1)
  if (!isOver) await cdp.send('Runtime.terminateExecution')
  await over
  return lastSteps()[before]?.body ?? null
}

for (const [order, [first, second]] of Object.entries(ORDERS))
  for (const [what, kind] of Object.entries(KINDS))
    test(`a page that is ${order}, ${what}: whichever step of its first handler is the last, each span arrives once`, async ({
      page,
      lab,
    }) => {
      test.setTimeout(120_000)
      const cdp = await page.context().newCDPSession(page)
      await page.goto(pageOfFrames(lab, kind.file))
      await makeSpans(page, 'whole', kind)
      const steps = MANY - (await leave(page, first, MANY))
      await leave(page, second, MANY)
      const places = new Map<string, string>([['whole', '']])
      for (let i = 0; i < TRIALS; i++) {
        const step = 1 + Math.floor(((i + Math.random()) * steps) / TRIALS)
        const trial = `step ${step} of ${steps}`
        await makeSpans(page, trial, kind)
        const place = await leaveUntil(page, lab, cdp, first, step)
        await leave(page, second, MANY)
        if (place !== null) places.set(trial, place)
      }
      expect(places.size).toBeGreaterThan(TRIALS / 2)

      // What did not fit was stored.
      await page.goto(
        lab.page(`<script type="module">
        import { startTelemetry } from '/telemetry.full.min.js'
        startTelemetry({ serviceName: 'next page' })
      </script>`),
      )
      const names = () => lab.collector.store.spans().map(({ name }) => name)
      const wrong = () => {
        const all = names()
        return [...places].flatMap(([trial, place]) => {
          const ofTrial = all.filter((name) => name.startsWith(`${trial}, `))
          const isRight = ofTrial.length === kind.spans && new Set(ofTrial).size === kind.spans
          return isRight ? [] : [`${ofTrial.length} spans arrived of ${trial}: ${place}`]
        })
      }
      await expect.poll(wrong, { timeout: 15_000 }).toEqual([])
    })
