// @ts-check
import { watchTasks } from './browser.mjs'

/**
 * Milliseconds of processor time that the main thread of a fresh page spends on one inline script, from compiling it to its end.
 * Not by a clock, and not at a slowed processor, which the browser imitates by stopping the page now and then: one run differs
 * from the next by half.
 * @param {import('./browser.mjs').Lab} lab
 * @param {string} code
 * @param {string} [before] code that the page has run by then
 */
export async function startOnce(lab, code, before = '') {
  const page = await lab.open()
  const taskTime = await watchTasks(lab, page)
  await page.evaluate(
    ([first, text]) => {
      const append = (/** @type {string} */ content) => {
        const script = document.createElement('script')
        script.textContent = content
        document.head.append(script)
      }
      append(first)
      globalThis.startScript = () => append(text)
    },
    /** @type {const} */ ([before, code]),
  )
  const start = await taskTime()
  await page.evaluate(() => globalThis.startScript())
  const took = ((await taskTime()) - start) * 1000
  await page.close()
  return took
}
