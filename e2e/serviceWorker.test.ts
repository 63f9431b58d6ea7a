import { serveModule } from './support/serveModule'
import { expect, test } from './support/test'

const SEEDS = [1, 2, 3]
const REQUESTS = 60

/** Ours, what the connection decides, and what Firefox begins to disguise in the middle of a run. */
const NOT_COMPARED = { traceparent: '', connection: '', 'user-agent': '', 'accept-language': '' }

/** A service worker that passes on what it is asked for. */
const worker = (start: string) => `${start}
  addEventListener('install', () => skipWaiting())
  addEventListener('activate', (event) => event.waitUntil(clients.claim()))
  const ways = {
    'as it is': (request) => fetch(request),
    cloned: (request) => fetch(request.clone()),
    later: async (request) => fetch(await request),
    'with an init': (request) => fetch(request, { credentials: 'same-origin' }),
    'made anew': (request) => fetch(new Request(request)),
  }
  addEventListener('fetch', (event) => {
    const how = new URL(event.request.url).searchParams.get('how')
    if (how) event.respondWith(ways[how](event.request))
  })`
const OURS = `import { startTelemetry } from '/telemetry.full.min.js'
  startTelemetry({ serviceName: 'worker', processors: [] })`

test('requests that a service worker passes on are the same as without us, but for trace headers @engines', async ({
  page,
  lab,
}) => {
  await page.goto(lab.page('<body>'))
  const passed = async (name: string, start: string) => {
    const from = lab.requests.length
    const seen = await page.evaluate(
      async ([path, script, seeds, count]) => {
        const { passedOn } = (await import(path)) as typeof import('./samePage/passedOn')
        const taken = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
        await navigator.serviceWorker.register(script, { type: 'module' })
        await taken
        const seen: string[] = []
        for (const seed of seeds) seen.push(...(await passedOn(seed, count)))
        await new Promise((resolve) => setTimeout(resolve, 200)) // beacons
        return seen
      },
      [serveModule(lab, 'samePage/passedOn.ts'), lab.script(name, worker(start)), SEEDS, REQUESTS] as const,
    )
    const arrived = lab.requests.slice(from)
    const lines = arrived.map(({ headers, ...rest }) =>
      JSON.stringify(Object.entries({ ...rest, ...headers, ...NOT_COMPARED }).sort()),
    )
    const traced = arrived.filter(({ headers }) => headers['traceparent'])
    return { seen, arrived: lines.map((line) => line.replace(name, 'its own')).sort(), traced: traced.length }
  }
  const bare = await passed('bare.js', '')
  const ours = await passed('ours.js', OURS)
  expect(ours.arrived).toEqual(bare.arrived)
  expect(ours.seen).toEqual(bare.seen)
  expect(bare.traced).toBe(0)
  expect(ours.traced).toBeGreaterThan(SEEDS.length)
})
