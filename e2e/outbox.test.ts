import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import type { Outbox, StoredBatch } from '../src/outbox/outbox'
import { serveModule } from './support/serveModule'
import type { Lab } from './support/startLab'
import { expect, test } from './support/test'

const TIMES = 20

declare global {
  /** In a page that `openOutbox` opened. */
  var outbox: Outbox
  /** A body with the text in it. */
  var batch: (text: string) => StoredBatch
  /** Drains with a send that the collector has to answer; the texts that it was given. */
  var sendAll: () => Promise<string[]>
}

// Playwright turns the back/forward cache off.
test.use({
  launchOptions: async ({ launchOptions }, use) =>
    use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
})

/** The page with an outbox whose database is open. */
function outboxPage(lab: Lab, maxBytes = 4_000_000): string {
  const module = serveModule(lab, 'samePage/ownOutbox.ts')
  return lab.page(`<script type="module">
    import { ownOutbox } from '${module}'
    globalThis.outbox = ownOutbox({ maxBytes: ${maxBytes}, maxAge: 3_600_000, consent: () => true, dropped() {} })
    globalThis.batch = (text) => {
      const bytes = new TextEncoder().encode(text)
      return { endpoint: '/lab/echo', bytes, count: 1, contentType: 'text/plain', contentEncoding: null }
    }
    globalThis.sendAll = async () => {
      const texts = []
      await outbox.drain('/lab/echo', async ({ bytes }) => {
        texts.push(new TextDecoder().decode(bytes))
        await fetch('/lab/echo', { method: 'POST', body: bytes })
        return 'sent'
      })
      return texts
    }
    await outbox.drain('/lab/nowhere', async () => 'later')
    document.title = 'open'
  </script>`)
}

async function openOutbox(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await expect(page).toHaveTitle('open')
}

/** At the first sign that the page may die, `text` is put; twenty kilobytes with it, as a batch has. */
async function putAtExit(page: Page, text: string): Promise<void> {
  await page.evaluate((last) => {
    let isPut = false
    const put = () => {
      if (!isPut) void outbox.put(batch(last.padEnd(20_000)))
      isPut = true
    }
    addEventListener('pagehide', put)
    addEventListener('pagehide', () => outbox.close())
    addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && put())
  }, text)
}

const texts = Array.from({ length: TIMES }, (_, i) => `batch ${i}`)
const trimmed = (all: readonly string[]) => all.map((text) => text.trim())

test('@engines every put in a pagehide handler survives a navigation', async ({ page, lab }) => {
  test.slow() // twenty pages, one after the other
  const url = outboxPage(lab)
  for (const text of texts) {
    await openOutbox(page, url)
    await putAtExit(page, text)
  }
  await openOutbox(page, url)
  expect(trimmed(await page.evaluate(() => sendAll()))).toEqual(texts)
})

// Chromium has to ask then how much room there is, which a page that goes does not live to hear.
test('a put at a reload survives also when nothing was stored for longer than Chromium remembers its room', async ({
  browser,
  lab,
}) => {
  test.slow()
  const url = outboxPage(lab)
  const contexts = await Promise.all(Array.from({ length: 8 }, () => browser.newContext()))
  const pages = await Promise.all(contexts.map((context) => context.newPage()))
  for (const page of pages) {
    await openOutbox(page, url)
    await page.evaluate(() => outbox.stayReady())
  }
  await wait(35_000)
  for (const page of pages) {
    await putAtExit(page, 'last words')
    await page.reload()
    await expect(page).toHaveTitle('open')
    expect(trimmed(await page.evaluate(() => sendAll()))).toEqual(['last words'])
  }
  for (const context of contexts) await context.close()
})

// A transaction waits for those before it, and one that has not begun when its page goes is dropped.
test('a put at an exit survives also behind one that takes its time', async ({ page, lab }) => {
  test.setTimeout(180_000) // ten pages, each with forty megabytes to write
  const ten = texts.slice(0, 10)
  const url = outboxPage(lab, 1_000_000_000)
  for (const text of ten) {
    await openOutbox(page, url)
    await putAtExit(page, text)
    await page.evaluate(() => outbox.snapshot(Array.from({ length: 40 }, () => batch('slow'.padEnd(1_000_000)))))
  }
  await openOutbox(page, url)
  expect(trimmed(await page.evaluate(() => sendAll()))).toEqual(ten)
})

// Not in Firefox: when it ends the process of a closed tab, now and then nothing that the last handlers wrote gets out, be it to
// localStorage or to IndexedDB (3 of 100 tabs on a busy machine).
test('every put at the end of a page survives the closing of its tab', async ({ page, lab }) => {
  test.slow() // twenty pages, one after the other
  const url = outboxPage(lab)
  for (const text of texts) {
    const dying = await page.context().newPage()
    await openOutbox(dying, url)
    await putAtExit(dying, text)
    await dying.close()
  }
  await openOutbox(page, url)
  expect(trimmed(await page.evaluate(() => sendAll()))).toEqual(texts)
})

test('a put survives the crash that follows it', async ({ page, lab }) => {
  const url = outboxPage(lab)
  const dying = await page.context().newPage()
  await openOutbox(dying, url)
  await dying.evaluate(() => outbox.put(batch('last words')))
  const crashed = dying.waitForEvent('crash')
  await dying.goto('chrome://crash').catch(() => {})
  await crashed
  await openOutbox(page, url)
  expect(await page.evaluate(() => sendAll())).toEqual(['last words'])
})

test('the browser still takes the page into its back/forward cache, and an exit after that can put too', async ({
  page,
  lab,
}) => {
  const url = outboxPage(lab)
  const elsewhere = lab.page('<p>elsewhere')
  await openOutbox(page, url)
  await page.evaluate(async () => {
    await outbox.put(batch('before'))
    addEventListener('pageshow', (event) => {
      document.title = event.persisted ? 'came back' : 'loaded again'
      outbox.dropSnapshot()
    })
    let exits = 0
    addEventListener('pagehide', () => {
      outbox.snapshot([batch(`open ${++exits}`)])
      void outbox.put(batch(`exit ${exits}`))
      outbox.close()
    })
  })
  for (let i = 0; i < 2; i++) {
    await page.goto(elsewhere)
    await page.goBack({ waitUntil: 'commit' })
    await expect(page).toHaveTitle('came back')
    await page.waitForFunction(() => outbox.isDurable())
  }
  expect(await page.evaluate(() => sendAll())).toEqual(['before', 'exit 1', 'exit 2'])
})

test('a page that is left in the middle of a pass is taken into the back/forward cache', async ({ page, lab }) => {
  const url = outboxPage(lab)
  const elsewhere = lab.page('<p>elsewhere')
  await openOutbox(page, url)
  await page.evaluate(async () => {
    await outbox.put(batch('under way'))
    addEventListener('pageshow', (event) => {
      document.title = event.persisted ? 'came back' : 'loaded again'
    })
    addEventListener('pagehide', () => outbox.close())
    await new Promise<void>((asked) => {
      void outbox.drain('/lab/echo', () => {
        asked()
        return new Promise(() => {})
      })
    })
  })
  await page.goto(elsewhere)
  await page.goBack({ waitUntil: 'commit' })
  await expect(page).toHaveTitle('came back')
})

for (const { name, without } of [
  { name: 'Web Locks', without: '' },
  { name: 'leases', without: 'locks' },
]) {
  test(`@engines two tabs that drain at once send each batch once, by ${name}`, async ({ page, lab }) => {
    const url = outboxPage(lab)
    if (without)
      await page.context().addInitScript(() => {
        Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })
      })
    const other = await page.context().newPage()
    await openOutbox(page, url)
    await openOutbox(other, url)
    await page.evaluate(async (all) => {
      for (const text of all) await outbox.put(batch(text))
    }, texts)
    const sent = await Promise.all([page, other].map((tab) => tab.evaluate(() => sendAll())))
    expect(sent.flat().sort()).toEqual([...texts].sort())
    const arrived = lab.requests.filter(({ method }) => method === 'POST').map(({ body }) => body)
    expect(arrived).toEqual(texts)
  })
}

test('@engines a tab that is closed while it sends loses nothing', async ({ page, lab }) => {
  const url = outboxPage(lab)
  const dying = await page.context().newPage()
  await openOutbox(dying, url)
  await dying.evaluate(async () => {
    await outbox.put(batch('first'))
    await outbox.put(batch('second'))
    await new Promise<void>((asked) => {
      void outbox.drain('/lab/echo', () => {
        asked()
        return new Promise(() => {})
      })
    })
  })
  await openOutbox(page, url)
  expect(await page.evaluate(() => sendAll())).toEqual([])
  await dying.close()
  await expect.poll(() => page.evaluate(() => sendAll())).toEqual(['first', 'second'])
})
