// @ts-check
// `npm start`: builds what is missing or stale, then serves the demo until Ctrl-C.
import { buildStale } from './server/buildStale.mjs'
import { readHostName } from './server/readHostName.mjs'
import { startDemo } from './server/startDemo.mjs'

const DEFAULT_PORT = 4318

const collectorUrl = readCollectorUrl(process.env['COLLECTOR_URL'])
const port = readPort(process.env['PORT'])
const host = process.env['HOST'] || '127.0.0.1'
const hosts = readHosts(process.env['DEMO_HOSTS'])

try {
  await buildStale()
  const demo = await startDemo({ port, host, hosts, collectorUrl })
  tellUrls(demo.url)
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => demo.close().then(() => process.exit(0)))
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

/** @param {string} url */
function tellUrls(url) {
  const pages = [
    ['Plain page', '/plain/'],
    ['React app', '/react/'],
    ['Vue app', '/vue/'],
    ['Trace viewer', '/viewer/'],
  ]
  console.log(`\nThe demo runs on ${url}/\n`)
  for (const [name, path] of pages) console.log(`  ${name?.padEnd(14)}${url}${path}`)
  console.log(
    `  ${'Collector'.padEnd(14)}${collectorUrl ?? `${url}/v1/traces`}${collectorUrl ? ' (COLLECTOR_URL)' : ''}`,
  )
  console.log('\nCtrl-C ends it.')
}

/** @param {string | undefined} given */
function readPort(given) {
  if (given) {
    const port = Number(given)
    if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
    fail(`PORT must be a number from 0 to 65535, not ${given}`)
  }
  // leave its port to a collector of this machine, even one that is not running yet
  const taken = collectorUrl ? new URL(collectorUrl).port : ''
  return Number(taken) === DEFAULT_PORT ? DEFAULT_PORT + 1 : DEFAULT_PORT
}

/** @param {string | undefined} given @returns {string[]} */
function readHosts(given) {
  const names = (given ?? '').split(',').filter((name) => name.trim() !== '')
  const wrong = names.find((name) => !readHostName(name))
  if (wrong) fail(`DEMO_HOSTS must be host names with commas between them, such as my.box,other, not ${wrong.trim()}`)
  return names
}

/** @param {string | undefined} given @returns {string | null} */
function readCollectorUrl(given) {
  if (!given) return null
  if (URL.canParse(given) && /^https?:/.test(given)) return given
  fail(`COLLECTOR_URL must be the collector's URL for traces, such as http://localhost:4318/v1/traces, not ${given}`)
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message)
  process.exit(1)
}
