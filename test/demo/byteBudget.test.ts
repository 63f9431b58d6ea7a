// @vitest-environment node
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createByteBudget } from '../../demo/collector/byteBudget.mjs'

it('holds what open holds have taken, never more than the bound, and refuses only what does not fit', () => {
  const step = fc.tuple(fc.nat(4), fc.oneof(fc.nat(2000), fc.constant('free' as const)))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const budget = createByteBudget(5000)
      const holds = Array.from({ length: 5 }, () => ({ hold: budget.open(), own: 0 }))
      for (const [index, event] of steps) {
        const each = holds[index]!
        if (event === 'free') {
          each.hold.free()
          holds[index] = { hold: budget.open(), own: 0 }
          expect(each.hold.take(1)).toBe(false)
          each.hold.free()
        } else {
          const before = budget.held()
          const taken = each.hold.take(event)
          expect(taken).toBe(before + event + 128 <= 5000)
          if (taken) each.own += event + 128
        }
        expect(budget.held()).toBe(holds.reduce((sum, { own }) => sum + own, 0))
      }
    }),
  )
})
