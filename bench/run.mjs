// @ts-check
// `npm run bench [name…] [-- --json file]`: this package beside OpenTelemetry JS, as Markdown tables of ratios.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { arming } from './arming.mjs'
import { context } from './context.mjs'
import { encode } from './encode.mjs'
import { linear } from './linear.mjs'
import { queue } from './queue.mjs'
import { requests } from './requests.mjs'
import { retained } from './retained.mjs'
import { size } from './size.mjs'
import { spans } from './spans.mjs'
import { startup } from './startup.mjs'
import { toMarkdown } from './support/table.mjs'
import { zonePatches } from './zonePatches.mjs'

/** @type {Record<string, (log: (line: string) => void) => Promise<import('./support/table.mjs').Table[]>>} */
const BENCHMARKS = { size, spans, encode, retained, queue, requests, startup, context, zonePatches, arming, linear }

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true })
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS)
const unknown = names.filter((name) => !(name in BENCHMARKS))
if (unknown.length > 0) {
  console.error(`There is no benchmark called ${unknown.join(', ')}; known are ${Object.keys(BENCHMARKS).join(', ')}.`)
  process.exit(1)
}

/** @type {import('./support/table.mjs').Table[]} */
const tables = []
for (const name of names) {
  const started = performance.now()
  const run = BENCHMARKS[name]
  const found = (await run?.((line) => console.error(`  ${line}`))) ?? []
  console.error(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
  for (const table of found) console.log(toMarkdown(table))
  tables.push(...found)
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(tables, null, 2)}\n`)
