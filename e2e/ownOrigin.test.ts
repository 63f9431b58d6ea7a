import { readFile } from 'node:fs/promises'
import type { Lab } from './support/startLab'
import { expect, test } from './support/test'

/** How a document or worker comes to be that runs `code`, as code of the page that makes it. */
const KINDS: Readonly<Record<string, (code: string, script: string) => string>> = {
  'the page itself': (code) => code,
  'a page with a variable named origin': (code) => `globalThis.origin = 'https://elsewhere.example'; ${code}`,
  'a page whose base is its own': (code) => `${base('/lab/')} ${code}`,
  'a page whose base is elsewhere': (code) => `${base('OTHER/lab/')} ${code}`,
  'a page whose baseURI is covered': (code) => `document.body.innerHTML = '<img name=baseURI>'; ${code}`,
  'a frame from srcdoc': (code) => frame(`frame.srcdoc = ${html(code)}`),
  'a frame from srcdoc with a base': (code) => `${base('/lab/')} ${frame(`frame.srcdoc = ${html(code)}`)}`,
  'a frame in a frame from srcdoc': (code) => frame(`frame.srcdoc = ${html(frame(`frame.srcdoc = ${html(code)}`))}`),
  'a frame of about:blank': (code) => `${frame('')} ${intoBlank('frame.contentWindow', code)}`,
  'a frame of about:blank that is written': (code) =>
    `${frame('')} frame.contentDocument.write(${html(code)}); frame.contentDocument.close()`,
  'a frame of a blob': (code) => frame(`frame.src = ${blob(html(code), 'text/html')}`),
  'a frame of a data address': (code) => frame(`frame.src = 'data:text/html,' + encodeURIComponent(${html(code)})`),
  'a frame of javascript:': (code) => frame(`frame.src = ${JSON.stringify(`javascript:${html(code)}`)}`),
  'a sandboxed frame': (code) => frame(`frame.sandbox = 'allow-scripts'; frame.src = PAGE(${html(code)})`),
  'a sandboxed frame from srcdoc': (code) => frame(`frame.sandbox = 'allow-scripts'; frame.srcdoc = ${html(code)}`),
  'a sandboxed frame that keeps its origin': (code) =>
    frame(`frame.sandbox = 'allow-scripts allow-same-origin'; frame.src = PAGE(${html(code)})`),
  'a sandboxed frame of about:blank that keeps its origin': (code) =>
    `${frame(`frame.sandbox = 'allow-scripts allow-same-origin'`)} ${intoBlank('frame.contentWindow', code)}`,
  'a window of about:blank': (code) => intoBlank(`open('about:blank')`, code),
  'a worker': (_, script) => `new Worker('${script}')`,
  'a worker that is a module': (_, script) => `new Worker('${script}', { type: 'module' })`,
  'a worker of a blob': (code) => `new Worker(${blob(JSON.stringify(code), 'text/javascript')})`,
  'a worker of a data address': (code) =>
    `new Worker('data:text/javascript,' + encodeURIComponent(${JSON.stringify(code)}))`,
  'a worker in a frame from srcdoc': (_, script) => frame(`frame.srcdoc = ${html(`new Worker('${script}')`)}`),
  'a shared worker': (_, script) => `new SharedWorker('${script}')`,
  'a service worker': (_, script) => `navigator.serviceWorker.register('${script}')`,
}

const html = (code: string) => JSON.stringify(`<!doctype html><body><script>${code}</script>`).replaceAll('</', '<\\/')
const frame = (how: string) =>
  `var frame = document.createElement('iframe'); ${how}; (document.body ?? document.documentElement).append(frame);`
const blob = (text: string, type: string) => `URL.createObjectURL(new Blob([${text}], { type: '${type}' }))`
const base = (href: string) =>
  `document.head.append(Object.assign(document.createElement('base'), { href: '${href}' }));`
const intoBlank = (into: string, code: string) =>
  `{ const other = ${into}.document; other.body.append(Object.assign(other.createElement('script'), { text: ${JSON.stringify(code)} })) }`

/** Loads the built file, starts it, and asks for four addresses in two ways; the last request says that all are through. */
const asking = (lab: Lab, load: string) => `(async () => {
  const own = '${lab.url}', other = '${lab.otherUrl}'
  const { startTelemetry } = ${load}
  startTelemetry({ serviceName: 'origins', processors: [] })
  const byXhr = (url) => new Promise((resolve) => {
    const xhr = new XMLHttpRequest()
    xhr.onloadend = resolve
    xhr.open('GET', url)
    xhr.send()
  })
  for (const url of [own + '/lab/echo?absolute', other + '/lab/echo?other', '/lab/echo?relative', own.replace('//', '//me:secret@') + '/lab/echo?me'])
    for (const [name, ask] of [['fetch', fetch], ...(globalThis.XMLHttpRequest ? [['xhr', byXhr]] : [])])
      try { await ask(url + '-' + name) } catch {}
  await fetch(other + '/lab/echo?done', { mode: 'no-cors' })
})()`

// In a service worker nothing can be loaded later.
const file = await readFile(new URL('../dist/telemetry.full.min.js', import.meta.url), 'utf8')

for (const [kind, make] of Object.entries(KINDS))
  test(`${kind}: trace headers go where the browser sees its own origin, and nowhere else @engines`, async ({
    page,
    lab,
  }) => {
    lab.script('telemetry.js', file)
    // A service worker has no import().
    const exported = file.replace(/export\{([^}]*)\};?/, (_, names: string) => {
      const members = names.split(',').map((name) => name.split(' as ').reverse().join(':'))
      return `;globalThis.api={${members.join(',')}};`
    })
    const code = asking(lab, `await import('${lab.otherUrl}/lab/telemetry.js')`)
    const script = lab.script('worker.js', `${exported}\n${asking(lab, 'globalThis.api')}`)
    const inner = make(code, lab.url + script)
      .replaceAll('OTHER', lab.otherUrl)
      .replace(/PAGE\((".*")\)/, (_, text: string) => `'${lab.page(JSON.parse(text) as string)}'`)
    await page.goto(lab.page(`<body><script>${inner}</script>`))
    await expect.poll(() => lab.requests.some(({ url }) => url.endsWith('?done')), { timeout: 20_000 }).toBe(true)

    const seen = lab.requests
      .filter(({ url }) => /\?.*-/.test(url))
      .map(({ url, headers }) => ({
        url,
        isOwn: headers['sec-fetch-site'] === 'same-origin',
        isTraced: 'traceparent' in headers,
      }))
    expect(seen.map(({ url, isOwn }) => ({ url, isTraced: isOwn }))).toEqual(
      seen.map(({ url, isTraced }) => ({ url, isTraced })),
    )
    const names = seen.map(({ url }) => url.replace(/.*\?/, ''))
    expect(names).toEqual(expect.arrayContaining(['absolute-fetch', 'other-fetch']))
  })
