import { parse } from '@babel/parser'
import type { StoredSpan } from '../demo/collector/contract'
import { openFrames } from './support/openFrames'
import type { Lab } from './support/startLab'
import { tagFiles } from './support/tagFiles.mjs'
import { expect, test } from './support/test'

// A page, or a library of it, may have put anything on `Object.prototype` (https://cwe.mitre.org/data/definitions/1321.html). The page then
// works as it does without us, and what we send is the same, to the same place.

/** With a `then` on every object each promise of the platform that is resolved with one waits for it, or is rejected: nothing works, bare too. */
const NOBODY_WORKS_WITH = ['then']
/** Every name that the built files read of an object. */
const NAMES = [...namesRead([...tagFiles().values()].map((file) => parse(file, { sourceType: 'module' }).program))]
  .filter((name) => !NOBODY_WORKS_WITH.includes(name))
  .sort()

/** What stands under the name, and whether lists of an object's names show it. */
const VALUES: readonly (readonly [what: string, value: string, isHidden: boolean])[] = [
  ['an address', `'https://elsewhere.example/v1/traces'`, false],
  ['a number that no list shows', '1', true],
  ['a function that throws', `() => { throw new Error('polluted') }`, false],
  ['a list that no list shows', `['polluted']`, true],
]

/** A page in a frame: pollutes, runs `body`, and tells the page around what it got and what was thrown. */
const frame = (body: string) => `<script>
  const tell = parent.postMessage.bind(parent)
  const { names, value, isHidden } = JSON.parse(decodeURIComponent(location.hash.slice(1)))
  const errors = []
  addEventListener('error', (event) => errors.push(event.message))
  addEventListener('unhandledrejection', (event) => errors.push(String(event.reason)))
  const polluted = Object.create(null)
  Object.assign(polluted, { value: (0, eval)('(' + value + ')'), writable: true, configurable: true, enumerable: !isHidden })
  for (let i = 0; i < names.length; i++) Object.defineProperty(Object.prototype, names[i], polluted)
</script><script type="module">
  ${body}
</script>`

const PAGE = `
  const answers = []
  const work = async () => {
    const answer = await fetch('/lab/echo', { __proto__: null, method: 'POST', body: 'hello' })
    answers.push(answer.status, (await answer.json()).body)
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/lab/echo')
    await new Promise((resolve) => { xhr.addEventListener('load', resolve); xhr.send() })
    answers.push(xhr.status)
    return 'done'
  }`
const TELL = `
  } catch (error) { errors.push('thrown: ' + error.message) }
  await new Promise((resolve) => setTimeout(resolve, 0))
  tell({ __proto__: null, names, answers, errors, more })`
const BARE = frame(`${PAGE}
  const more = null
  try { answers.push(await work())
  ${TELL}`)
const TRACED = frame(`${PAGE}
  let more = null
  try {
    const api = await import('/telemetry.min.js')
    const telemetry = api.startTelemetry({ serviceName: 'polluted ' + names, deferred: false, outbox: false })
    answers.push(await api.withSpan('work', work))
    api.startSpan('plain').end()
    await telemetry.forceFlush()
    more = telemetry.stats().exported
  ${TELL}`)

const GROUP = 8 // names of one frame; those of an unusual one are tried alone
const USUAL = { answers: [200, 'hello', 200, 'done'], errors: [], more: 4 }

interface Told {
  readonly names: readonly string[]
  readonly answers: readonly unknown[]
  readonly errors: readonly string[]
  readonly more: unknown
}

for (const [what, value, isHidden] of VALUES)
  test(`each name on Object.prototype as ${what}: the page works, and the spans are the same`, async ({
    page,
    lab,
  }) => {
    test.setTimeout(120_000)
    const asked = new Set<string>()
    page.on('request', (request) => void asked.add(new URL(request.url()).origin))
    await page.goto(lab.page('<body>'))
    const [bare, traced] = [lab.page(BARE), lab.page(TRACED)]
    const open = (url: string, groups: readonly (readonly string[])[]): Promise<Told[]> =>
      page.evaluate(openFrames<Told>, {
        url,
        plays: groups.map((names) => ({
          given: { names, value, isHidden },
          silent: { names, answers: [], errors: ['no answer'], more: null },
        })),
        patienceMs: 10_000,
      })
    const isUsual = ({ names, ...told }: Told) =>
      JSON.stringify(told) === JSON.stringify(USUAL) &&
      JSON.stringify(spansOf(lab, names)) === JSON.stringify(spansOf(lab, []))

    expect(await open(traced, [[]])).toEqual([{ names: [], ...USUAL }])
    expect(spansOf(lab, [])).toHaveLength(4)
    const unusual = (await open(traced, groupsOf(NAMES))).filter((told) => !isUsual(told))
    const alone = unusual.flatMap(({ names }) => names.map((name) => [name]))
    const withoutUs = new Map((await open(bare, alone)).map(({ names: [name], ...told }) => [name, told]))
    const wrong = (await open(traced, alone)).filter(({ names: [name], answers, errors, ...told }) => {
      const own = withoutUs.get(name)!
      const isPlatforms =
        own.errors.length > 0 && JSON.stringify([answers, errors]) === JSON.stringify([own.answers, own.errors])
      return !isPlatforms && !isUsual({ names: [name!], answers, errors, ...told })
    })
    expect(wrong.map((told) => JSON.stringify([told, ...spansOf(lab, told.names)]))).toEqual([])
    expect([...asked]).toEqual([lab.url])
  })

function groupsOf(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / GROUP) }, (_, at) => names.slice(at * GROUP, (at + 1) * GROUP))
}

/** What arrived from the frame with this name, without what differs from page to page. */
function spansOf(lab: Lab, names: readonly string[]): string[] {
  const spans = lab.collector.store.spans().filter(({ service }) => service === `polluted ${names}`)
  const nameOf = (id: string | null) => spans.find(({ spanId }) => spanId === id)?.name ?? null
  const line = ({ name: own, parentSpanId, attributes, kind, status }: StoredSpan) =>
    JSON.stringify([own, nameOf(parentSpanId), kind, status, attributes])
  return spans.map(line).sort()
}

/** Names after a dot, and those that a pattern takes out of an object. */
function namesRead(node: unknown, names = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return names
  const { type, computed, property, properties } = node as {
    type?: string
    computed?: boolean
    property?: { name?: string }
    properties?: { key?: { name?: string }; computed?: boolean }[]
  }
  if (/MemberExpression$/.test(type ?? '') && !computed && property?.name) names.add(property.name)
  if (type === 'ObjectPattern')
    for (const { key, computed: isComputed } of properties ?? []) if (key?.name && !isComputed) names.add(key.name)
  for (const [key, value] of Object.entries(node)) if (key !== 'loc') namesRead(value, names)
  return names
}
