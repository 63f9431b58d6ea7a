// @vitest-environment node
import { expect, it } from 'vitest'
import { pageHeaders } from '../../demo/server/pageHeaders.mjs'

const policyOf = (...connectTo: string[]) => pageHeaders(connectTo)['content-security-policy']

it('lets a page send to its own origin, and to the origins it is told, without their paths', () => {
  expect(policyOf()).toContain("; connect-src 'self';")
  expect(policyOf('http://localhost:4318/v1/traces?token=1', 'https://user:pass@collector.example/x')).toContain(
    "; connect-src 'self' http://localhost:4318 https://collector.example;",
  )
})

it('allows no script and no style that stands in the page, no evaluated text, no frame around it', () => {
  expect(policyOf()).not.toMatch(/unsafe|\*/)
  expect(policyOf()).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/)
})
