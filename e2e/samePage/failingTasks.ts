// Errors that nobody catches, thrown by random tasks in spans and outside of them, and what `getErrorSpan` says of each.
import type { getErrorSpan, withSpan } from '@codomyrmex/telemetry'
import { createRandom } from '../../test/support/random'

declare const api: { withSpan: typeof withSpan; getErrorSpan: typeof getErrorSpan }

/** Ways in which a page fails outside of its own calls. */
const TASKS: Readonly<Record<string, (fail: () => void) => void>> = {
  microtask: (fail) => queueMicrotask(fail),
  timer: (fail) => setTimeout(fail),
  frame: (fail) => requestAnimationFrame(fail),
  message(fail) {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = fail
    port2.postMessage(0)
  },
  click(fail) {
    const button = document.createElement('button')
    button.addEventListener('click', fail)
    button.click()
  },
  'click in a microtask': (fail) => queueMicrotask(() => TASKS['click']!(fail)),
  reportError: (fail) => {
    try {
      fail()
    } catch (error) {
      reportError(error)
    }
  },
}

/** Where a message is concerned, its listener is in no span, wherever it was added. */
const isFromOutside = (task: string) => task === 'message'

/** What `failingTasks` gives for each seed, one after the other. */
export async function failingRuns(seeds: readonly number[], count: number, alone: boolean) {
  const runs: Awaited<ReturnType<typeof failingTasks>>[] = []
  for (const seed of seeds) runs.push(await failingTasks(seed, count, alone))
  return runs
}

/**
 * Lets `count` random tasks fail, several before the browser tells of them or each `alone`. Gives for each by its number what was
 * said of it, and what is right.
 */
async function failingTasks(seed: number, count: number, alone: boolean) {
  const { next, pick } = createRandom(seed)
  const said: Record<number, string | null> = {}
  const right: Record<number, string | null> = {}
  const names = new Map<string, string>()
  const hear = (event: ErrorEvent) => {
    event.preventDefault()
    const span = api.getErrorSpan(event)
    said[Number(/\d+$/.exec(event.message))] = span && (names.get(span.getSpanId()) ?? 'a stranger')
  }
  addEventListener('error', hear)
  const begin = (number: number) => {
    const task = pick(Object.keys(TASKS))
    const isText = next() < 0.3
    const name = next() < 0.5 ? null : `span ${number}`
    const follows = next() < 0.2 && !alone ? number + count : null // thrown by a microtask that the failing task has begun
    right[number] = isFromOutside(task) ? null : name
    const run = () =>
      TASKS[task]!(() => {
        if (follows !== null) {
          right[follows] = right[number]!
          queueMicrotask(() => {
            throw new Error(`number ${follows}`)
          })
        }
        throw isText ? `number ${number}` : new Error(`number ${number}`)
      })
    if (name === null) return run()
    api.withSpan(name, (span) => {
      names.set(span.getSpanId(), name)
      run()
    })
  }
  for (let number = 0; number < count; number++) {
    begin(number)
    if (alone || next() < 0.3) await new Promise((resolve) => setTimeout(resolve, alone ? 25 : 0))
  }
  await new Promise((resolve) => setTimeout(resolve, 300))
  removeEventListener('error', hear)
  return { said, right }
}
