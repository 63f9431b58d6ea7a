import type { Shape } from './samePage/visibleShape'
import { serveModule } from './support/serveModule'
import { expect, openLab, test } from './support/test'

declare global {
  /** What the page looked like before the built file was loaded. */
  var bareShape: Shape
  var bareBack: Shape
}

type Changes = Record<string, readonly [bare: string | undefined, now: string | undefined]>

const OURS = /^(Zone|__zone_symbol__Promise|lockdown|repairIntrinsics|Symbol\(@codomyrmex\/telemetry.*\))$/

/** Each kind of difference that docs/limits.md names; anything else is told as it is. */
function kindOf(path: string, bare: string | undefined, now: string | undefined): string {
  const isGlobalOfOurs = OURS.test(/^window\.(Symbol\(.*?\)|\w+)/.exec(path)?.[1] ?? '')
  if (bare === undefined && isGlobalOfOurs) return 'a global of ours'
  if (
    path === 'window keys' &&
    now
      ?.split(',')
      .filter((key) => !OURS.test(key))
      .join() === bare
  )
    return 'a global of ours'
  if (bare?.replaceAll(/function (get |set )?\w+\(/g, 'function (') === now) return 'prints without its name'
  if (/^window\.Promise\.prototype\.(then|constructor)$/.test(path)) return 'an accessor of promises'
  const handler = /^(.*) \| get (on\w+)\/0 .*\| set on\w+\/1 /s.exec(bare ?? '')
  if (handler && now?.startsWith(`${handler[1]} | get/0 `) && path.endsWith(`.${handler[2]}`))
    return 'a handler accessor of ours'
  return `${path}: ${bare} -> ${now}`
}

const kindsOf = (changes: Changes) =>
  [...new Set(Object.entries(changes).map(([path, [bare, now]]) => kindOf(path, bare, now)))].toSorted()

test('what a page can see of us are the differences that docs/limits.md names, and no others @engines', async ({
  page,
  lab,
}) => {
  test.setTimeout(120_000)
  const module = serveModule(lab, 'samePage/visibleShape.ts')
  const before = `<script type="module">
    import { pointsBack, shapeOf } from '${module}'
    Object.assign(globalThis, { bareBack: pointsBack(), bareShape: shapeOf() })
  </script>`
  await openLab(page, lab, before)
  const { seen, counts } = await page.evaluate(async (path) => {
    const { pointsBack, shapeOf } = (await import(path)) as typeof import('./samePage/visibleShape')
    const changes = (bare: Shape, now: Shape): Changes =>
      Object.fromEntries(
        [...new Set([...Object.keys(bare), ...Object.keys(now)])]
          .filter((key) => bare[key] !== now[key])
          .map((key) => [key, [bare[key], now[key]]] as const),
      )
    const seen: Record<string, readonly [shape: Changes, backs: string[]]> = {}
    const look = (phase: string) => {
      const backs = Object.keys(changes(bareBack, pointsBack())).filter((name) => name in bareBack)
      seen[phase] = [changes(bareShape, shapeOf()), backs]
    }
    look('loaded')
    const telemetry = api.startTelemetry({ serviceName: 'visible', processors: [] })
    look('started')
    await api.withSpan('work', async () => {
      await Promise.resolve()
      look('in a span')
    })
    look('after a span')
    await telemetry.shutdown()
    look('after shutdown()')
    return { seen, counts: [bareShape, bareBack].map((shape) => Object.keys(shape).length) }
  }, module)
  expect(counts[0]).toBeGreaterThan(10_000)
  expect(counts[1]).toBeGreaterThan(500)
  const STARTED = ['a global of ours', 'a handler accessor of ours', 'prints without its name']
  const kinds = Object.entries(seen).map(([phase, [shape, backs]]) => [phase, kindsOf(shape), backs])
  expect(kinds).toEqual([
    ['loaded', [], []],
    ['started', STARTED, []],
    [
      'in a span',
      ['a global of ours', 'a handler accessor of ours', 'an accessor of promises', 'prints without its name'],
      ['Promise'],
    ],
    [
      'after a span',
      ['a global of ours', 'a handler accessor of ours', 'an accessor of promises', 'prints without its name'],
      [],
    ],
    ['after shutdown()', ['a global of ours'], []],
  ])
})
