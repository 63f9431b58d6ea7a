// @vitest-environment node
import { expect, it } from 'vitest'
import { pointPages } from '../../demo/server/pointPages.mjs'

const URL = 'http://localhost:4318/v1/traces?a=1&b="2"'
const QUOTED = '"http://localhost:4318/v1/traces?a=1&amp;b=&quot;2&quot;"'

it.each([
  ['<script src="t.js" data-endpoint="/v1/traces"></script>', `<script src="t.js" data-endpoint=${QUOTED}></script>`],
  ["<script data-endpoint='/v1/traces' async></script>", `<script data-endpoint=${QUOTED} async></script>`],
  ['<script data-endpoint=/v1/traces></script>', `<script data-endpoint=${QUOTED}></script>`],
  ['<meta name="otlp-endpoint" content="/v1/traces">', `<meta name="otlp-endpoint" content=${QUOTED}>`],
  ['<meta content="/v1/traces" name="otlp-endpoint" />', `<meta content=${QUOTED} name="otlp-endpoint" />`],
])('points %s elsewhere', (html, expected) => {
  expect(pointPages(`<head>${html}</head>`, URL)).toBe(`<head>${expected}</head>`)
})

it.each([
  '<script data-endpoint="/other/v1/traces"></script>',
  '<script data-endpoint=/v1/traces/more></script>',
  '<meta name="description" content="/v1/traces">',
  '<a href="/v1/traces">/v1/traces</a>',
])('leaves %s as it is', (html) => {
  expect(pointPages(html, URL)).toBe(html)
})
