import { serveModule } from './support/serveModule'
import { expect, test } from './support/test'

const SEEDS = [1, 2, 3]
const REQUESTS = 60

/** Ours, what the connection decides, and what Firefox begins to disguise in the middle of a run. */
const NOT_COMPARED = { traceparent: '', connection: '', 'user-agent': '', 'accept-language': '' }

/** A service worker that passes on what it is asked for, and tells to which it may add headers: Firefox hands it none with `keepalive`. */
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
  const given = []
  addEventListener('fetch', (event) => {
    const { pathname, search, searchParams } = new URL(event.request.url)
    const how = searchParams.get('how')
    if (how) {
      if (event.request.mode !== 'no-cors') given.push(pathname + search)
      event.respondWith(ways[how](event.request))
    } else if (pathname === '/given') event.respondWith(Response.json(given))
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
    const { seen, given } = await page.evaluate(
      async ([path, script, seeds, count]) => {
        const { passedOn } = (await import(path)) as typeof import('./samePage/passedOn')
        const taken = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
        await navigator.serviceWorker.register(script, { type: 'module' })
        await taken
        const seen: string[] = []
        for (const seed of seeds) seen.push(...(await passedOn(seed, count)))
        await new Promise((resolve) => setTimeout(resolve, 200)) // beacons
        const given = (await (await fetch('/given')).json()) as string[]
        return { seen, given }
      },
      [serveModule(lab, 'samePage/passedOn.ts'), lab.script(name, worker(start)), SEEDS, REQUESTS] as const,
    )
    const arrived = lab.requests.slice(from)
    const lines = arrived.map(({ headers, ...rest }) =>
      JSON.stringify(Object.entries({ ...rest, ...headers, ...NOT_COMPARED }).sort()),
    )
    const traced = arrived.filter(({ headers }) => headers['traceparent'])
    return {
      seen,
      given: given.sort(),
      arrived: lines.map((line) => line.replace(name, 'its own')).sort(),
      traced: traced.map(({ url }) => url).sort(),
    }
  }
  const bare = await passed('bare.js', '')
  const ours = await passed('ours.js', OURS)
  expect(ours.arrived).toEqual(bare.arrived)
  expect(ours.seen).toEqual(bare.seen)
  expect(bare.traced).toEqual([])
  expect(ours.traced).toEqual(ours.given)
  expect(ours.given.length).toBeGreaterThan(REQUESTS)
})
