import { tagFiles } from './support/tagFiles.mjs'
import { allSaid, expect, test } from './support/test'

// HTML that a user wrote may name its elements as it likes: https://html.spec.whatwg.org/multipage/dom.html#dom-document-nameditem

const file = [...tagFiles().values()].join('\n')
/** Every words of the built files: whatever it asks the window or the document for is among them. */
const WORDS = [...new Set(file.match(/[A-Za-z_$][\w$]{2,}/g))].sort()
/** What some browser does not have, and what only a document has: an element takes such a place. */
const ALONE = [
  ...['baseURI', 'visibilityState', 'prerendering', 'querySelector', 'addEventListener', 'removeEventListener'],
  ...['fetchLater', 'navigation', 'scheduler', 'Zone', 'AsyncContext', 'CompressionStream', 'DecompressionStream'],
  ...['__zone_symbol__setTimeout', '__zone_symbol__fetch', '__zone_symbol__addEventListener', '__zone_symbol__then'],
  ...['__Zone_disable_ZoneAwarePromise', 'mozInnerScreenX', 'GestureEvent', 'WorkerGlobalScope', 'TaskSignal'],
  ...['indexedDB', 'localStorage', 'sessionStorage', 'performance', 'navigator', 'location', 'origin', 'event'],
]

const FORMS: Readonly<Record<string, (name: string) => string>> = {
  'an image': (name) => `<img name="${name}" id="${name}">`,
  'a link': (name) => `<a id="${name}" name="${name}" href="https://elsewhere.example/">x</a>`,
  'two links': (name) => `<a id="${name}" href="x:1"></a><a id="${name}" name="href" href="x:2"></a>`,
  'a form with fields': (name) => `<form name="${name}" id="${name}"><input name="bind"><input name="call"></form>`,
  'a frame': (name) => `<iframe name="${name}" srcdoc="<a id=bind></a>"></iframe>`,
}
// Hundreds of frames would be a test of the browser.
const LISTS = Object.keys(FORMS).map((form) => [form, form === 'a frame' ? ALONE : [...WORDS, ...ALONE]] as const)

const CASES = [
  ...LISTS.map(([form, names]) => [`${form} of every name`, names.map(FORMS[form]!).join('')] as const),
  ...ALONE.map(
    (name) =>
      [
        `${name} as each of them`,
        Object.values(FORMS)
          .map((make) => make(name))
          .join(''),
      ] as const,
  ),
]

for (const [what, elements] of CASES)
  test(`${what}: the file loads, the page's requests are spans, and they arrive @engines`, async ({
    page,
    lab,
    told,
  }) => {
    const tag =
      '<script type="module" src="/telemetry.min.js" data-service-name="shop" data-batch-scheduled-delay="50"></script>'
    const asks = `<script type="module">
      import { withSpan } from '/telemetry.min.js'
      await withSpan('work', async () => { await (await fetch('/lab/echo')).json(); await fetch('/lab/echo') })
    </script>`
    await page.goto(lab.page(`<body>${elements}${tag}${asks}`))
    await lab.collector.waitFor(() => lab.collector.store.spans().length >= 3)
    await allSaid(page)
    expect(told.filter((text) => /telemetry|uncaught/.test(text))).toEqual([])
    expect(lab.requests.filter(({ url, headers }) => url === '/lab/echo' && 'traceparent' in headers)).toHaveLength(2)
  })
