import { serveModule } from './support/serveModule'
import { expect, openLab, test } from './support/test'

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

test('listeners are added, called and removed as without us, and their options are read as often @engines', async ({
  page,
  lab,
}) => {
  await openLab(page, lab)
  const module = serveModule(lab, 'samePage/listenerCalls.ts')
  const runs = await page.evaluate(
    async ([path, seeds]) => {
      const { listenerCalls } = (await import(path)) as typeof import('./samePage/listenerCalls')
      const methods = () => ({
        add: EventTarget.prototype.addEventListener as (...args: unknown[]) => unknown,
        remove: EventTarget.prototype.removeEventListener as (...args: unknown[]) => unknown,
      })
      const bare = methods()
      api.startTelemetry({ serviceName: 'listeners', processors: [] })
      const ours = methods()
      if (ours.add === bare.add) throw new Error('nothing is wrapped')
      const calls = (by: typeof ours, seed: number) => listenerCalls(by, seed, 600, [null, undefined, 5])
      return seeds.map((seed) => [
        calls(bare, seed),
        calls(ours, seed),
        api.withSpan('adding', () => calls(ours, seed)),
        [api.getCurrentSpan()],
      ])
    },
    [module, SEEDS] as const,
  )
  for (const [bare, ours, inSpan, left] of runs) {
    expect(bare!.length).toBeGreaterThan(600)
    expect(ours).toEqual(bare)
    expect(inSpan).toEqual(bare)
    expect(left).toEqual([null])
  }
})

test('on a page that added no listener addEventListener is the platform’s again after shutdown() @engines', async ({
  page,
  lab,
}) => {
  await openLab(page, lab)
  const isSame = await page.evaluate(async () => {
    const { addEventListener, removeEventListener } = EventTarget.prototype
    const telemetry = api.startTelemetry({ serviceName: 'listeners', processors: [] })
    const during = EventTarget.prototype.addEventListener === addEventListener
    await telemetry.shutdown()
    return [
      during,
      EventTarget.prototype.addEventListener === addEventListener,
      EventTarget.prototype.removeEventListener === removeEventListener,
    ]
  })
  expect(isSame).toEqual([false, true, true])
})

test('what a page does with listeners beside addEventListener() goes on as without us @engines', async ({
  page,
  lab,
}) => {
  await openLab(page, lab, '<iframe srcdoc="<p>"></iframe>')
  const seen = await page.evaluate(async () => {
    const play = async () => {
      const log: unknown[] = []
      const count = (name: string) => () => void log.push(name)
      const told = (event: ErrorEvent) => void log.push(event.message)
      addEventListener('error', told)

      const query = matchMedia('print')
      const changed = count('changed')
      query.addEventListener('change', changed)
      query.addListener(changed)
      query.dispatchEvent(new Event('change'))
      query.removeListener(changed)
      query.dispatchEvent(new Event('change'))
      query.addListener(changed)
      query.removeEventListener('change', changed)
      query.dispatchEvent(new Event('change'))

      const inside = document.querySelector('iframe')!.contentWindow!
      const heard = count('in the frame')
      EventTarget.prototype.addEventListener.call(inside, 'a', heard)
      inside.dispatchEvent(new Event('a'))
      inside.removeEventListener('a', heard)
      inside.dispatchEvent(new Event('a'))

      const target = new EventTarget()
      const objects: unknown[] = [
        {},
        { handleEvent: 5 },
        { handleEvent: count('handled') },
        new Proxy({ handleEvent: count('by a Proxy') }, {}),
      ]
      for (const object of objects) target.addEventListener('b', object as EventListenerObject)
      target.dispatchEvent(new Event('b'))
      let asked = 0
      const once = {
        get handleEvent() {
          return asked++ === 0 ? count('first') : count('then')
        },
      }
      target.addEventListener('c', once)
      target.dispatchEvent(new Event('c'))
      target.dispatchEvent(new Event('c'))

      const xhr = new XMLHttpRequest()
      xhr.open('GET', '/lab/echo')
      for (const name of ['readyState', 'status'])
        Object.defineProperty(xhr, name, {
          get() {
            log.push(`${name} was read`)
            throw new Error('of the page')
          },
        })
      await new Promise((resolve) => {
        xhr.onloadend = resolve
        xhr.send()
      })

      if ('startViewTransition' in document) {
        const update = count('updated')
        await document.startViewTransition(Object.freeze({ update }) as never).updateCallbackDone
      }
      removeEventListener('error', told)
      return log
    }
    const bare = await play()
    api.startTelemetry({ serviceName: 'listeners', processors: [] })
    return [bare, await play(), await api.withSpan('in a span', play)]
  })
  const [bare, ...ours] = seen
  expect(bare).toContain('handled')
  expect(ours).toEqual([bare, bare])
})
