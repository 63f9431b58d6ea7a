// @vitest-environment node
import { expect, it } from 'vitest'
import { fates, pass, startOn } from '../export/exporterOnPage'
import { type FakePage, onFreshPages } from '../export/fakePage'

let page: FakePage
onFreshPages((fresh) => {
  page = fresh
})

it('a refusal is an answer: the pause after the next failure is a first one', async () => {
  const { end, processor } = await startOn(page, { compression: 'none' }, { scheduledDelay: 10 })
  const busy = { status: 503 }
  const wrong = { status: 400 }
  page.fate = fates(busy, wrong, busy, wrong, busy, wrong, busy, wrong, busy, {})
  const start = Date.now()
  const at: number[] = []
  for (let i = 0; i < 60; i++) {
    end(1)
    await pass(500)
    while (at.length < page.asked.length) at.push(Date.now() - start)
  }
  expect(Math.max(...at.map((time, i) => time - (at[i - 1] ?? 0)))).toBeLessThan(2000)
  expect(processor.stored).toBe(0)
})
