import { addElement, comes, createPoints, heard, inCallback, listened, nextNumber } from './point'

/** Elements that load something: by the rule their caller’s, which may be none here. */
export const loading = createPoints()

export const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='
const MISSING = '/lab/status/404'

/** Made and heard in another flow, loaded in this one. */
const loads = <T extends EventTarget>(
  section: string,
  name: string,
  type: string,
  make: () => T,
  load: (made: T) => void,
  isThere?: () => boolean | Promise<boolean>,
) =>
  loading.by('task', section).mayBeNone(
    name,
    (look, elsewhere) => {
      const { made, seen } = elsewhere(() => {
        const made = make()
        return { made, seen: heard(look, made, type) }
      })
      load(made)
      return seen
    },
    isThere,
  )
const create =
  <T extends HTMLElement>(tag: string, properties: object = {}) =>
  () =>
    Object.assign(document.createElement(tag), properties) as T
const append = (element: HTMLElement) => void document.body.append(element)
const toHead = (element: HTMLElement) => void document.head.append(element)
const src = (value: string) => (element: HTMLElement) => void Object.assign(element, { src: value })

const IMAGE = '4.8.3, 4.8.4 img'
loads(IMAGE, 'image: load', 'load', () => new Image(), src(PIXEL))
loads(IMAGE, 'image: error', 'error', () => new Image(), src(MISSING))
loads(
  IMAGE,
  'image of the server: load',
  'load',
  () => new Image(),
  (image) => src(`/lab/pixel.svg?${nextNumber()}`)(image),
)
loading.by('task', IMAGE).mayBeNone('image made by innerHTML: load', (look, elsewhere) => {
  const outer = addElement()
  outer.innerHTML = `<img src="/lab/pixel.svg?${nextNumber()}" alt="">`
  return elsewhere(() => heard(look, outer.firstElementChild!, 'load'))
})
loading.by('task', IMAGE).mayBeNone('image: load, in the capture phase of an ancestor', (look, elsewhere) => {
  const outer = addElement()
  const image = outer.appendChild(new Image())
  const seen = elsewhere(() => inCallback(look, (done) => outer.addEventListener('load', () => done(), true)))
  image.src = PIXEL
  return seen
})
const SCRIPT = '4.12.1 script'
loads(SCRIPT, 'script: load', 'load', create('script', { src: 'data:text/javascript,' }), toHead)
loads(SCRIPT, 'script: error', 'error', create('script', { src: MISSING }), toHead)
loads(SCRIPT, 'module script: load', 'load', create('script', { type: 'module', src: 'data:text/javascript,' }), toHead)
const LINK = '4.2.4, 4.6.6 link'
loads(
  LINK,
  'link of a style sheet: load',
  'load',
  create('link', { rel: 'stylesheet', href: 'data:text/css,' }),
  toHead,
)
loads(LINK, 'link of a style sheet: error', 'error', create('link', { rel: 'stylesheet', href: MISSING }), toHead)
loads(
  LINK,
  'link that preloads: load',
  'load',
  create('link', { rel: 'preload', as: 'script', href: '/lab/status/200' }),
  toHead,
)
loads(
  LINK,
  'link that preloads a module: load',
  'load',
  create('link', { rel: 'modulepreload', href: 'data:text/javascript,' }),
  toHead,
  comes(() => {
    const target = create<HTMLLinkElement>('link', { rel: 'modulepreload', href: 'data:text/javascript,1' })()
    return { target, type: 'load', cause: () => toHead(target) }
  }),
)
loads('4.2.3 style', 'style: load', 'load', create('style', { textContent: 'p { color: red }' }), toHead)
const FRAME = '4.8.5 iframe'
loads(FRAME, 'iframe with srcdoc: load', 'load', create('iframe', { srcdoc: 'text' }), append)
loads(FRAME, 'iframe with a URL: load', 'load', create('iframe', { src: '/lab/echo' }), append)
loads(
  FRAME,
  'iframe that is given another URL: load',
  'load',
  () => {
    const frame = create<HTMLIFrameElement>('iframe')()
    append(frame)
    return frame
  },
  src('/lab/echo?second'),
)
const frames = loading.by('separate', FRAME)
frames.none('iframe whose document goes elsewhere itself: load', async (look) => {
  const frame = create<HTMLIFrameElement>('iframe', { srcdoc: 'text' })()
  append(frame)
  await heard(look, frame, 'load')
  const seen = listened(look, frame, 'load')
  frame.contentWindow!.location.href = '/lab/echo'
  return seen
})
loads(
  '16.3.2 frame',
  'frame of a frameset: load',
  'load',
  () => {
    const frame = create<HTMLFrameElement>('frame', { src: '/lab/echo' })()
    return frame
  },
  (frame) => {
    const set = document.createElement('frameset')
    document.documentElement.append(set)
    set.append(frame)
  },
)
loads('4.8.7 object', 'object: load', 'load', create('object', { data: PIXEL, type: 'image/gif' }), append)
loads(
  '4.8.7 object',
  'object: error',
  'error',
  create('object', { data: MISSING }),
  append,
  comes(() => {
    const target = create<HTMLObjectElement>('object', { data: MISSING })()
    return { target, type: 'error', cause: () => append(target) }
  }),
)
loads(
  '4.8.6 embed',
  'embed: load',
  'load',
  create('embed', { src: PIXEL, type: 'image/gif' }),
  append,
  comes(() => {
    const target = create<HTMLEmbedElement>('embed', { src: PIXEL, type: 'image/gif' })()
    return { target, type: 'load', cause: () => append(target) }
  }),
)
const INPUT = '4.10.5.1.19 type=image'
loads(INPUT, 'input of type image: load', 'load', create('input', { type: 'image' }), (input) => {
  append(input)
  src(PIXEL)(input)
})
loads(INPUT, 'input of type image: error', 'error', create('input', { type: 'image' }), (input) => {
  append(input)
  src(MISSING)(input)
})

// ── scripts that run ──
const scripts = loading.by('sync', SCRIPT)
scripts.kept('inside a script that stands in the document and runs at once', (look) => {
  const name = `script${nextNumber()}`
  return new Promise((resolve) => {
    Object.assign(globalThis, { [name]: () => resolve(look()) })
    toHead(create('script', { textContent: `${name}()` })())
  })
})
loading.by('module', 'ours: a classic script of a URL as a module').none('inside a script with a URL', (look) => {
  const name = `script${nextNumber()}`
  return new Promise((resolve) => {
    Object.assign(globalThis, { [name]: () => resolve(look()) })
    toHead(create('script', { src: `data:text/javascript,${name}()` })())
  })
})

// ── fonts: their set is one for all ──
const fonts = loading.by('separate', 'Events dispatched on separate objects')
for (const type of ['loading', 'loadingdone', 'loadingerror'])
  fonts.none(
    `FontFace.load(): ${type} of document.fonts`,
    async (look) => {
      await document.fonts.ready // or another flow's load has told of this one too
      const face = new FontFace(`point-${nextNumber()}`, `url(${MISSING})`)
      document.fonts.add(face)
      const seen = listened(look, document.fonts, type)
      face.load().catch(() => {})
      return seen
    },
    comes(() => {
      const face = new FontFace('point', `url(${MISSING})`)
      document.fonts.add(face)
      return { target: document.fonts, type: 'loadingdone', cause: () => face.load().catch(() => {}) }
    }),
  )
fonts.none(
  'FontFaceSet.load(): loadingdone',
  async (look) => {
    await document.fonts.ready
    const family = `point-${nextNumber()}`
    document.fonts.add(new FontFace(family, `url(${MISSING})`))
    const seen = listened(look, document.fonts, 'loadingdone')
    document.fonts.load(`12px ${family}`).catch(() => {})
    return seen
  },
  comes(() => {
    document.fonts.add(new FontFace('point-set', `url(${MISSING})`))
    return {
      target: document.fonts,
      type: 'loadingdone',
      cause: () => document.fonts.load('12px point-set').catch(() => {}),
    }
  }),
)
fonts.notTried('DocumentPictureInPicture.requestWindow(): enter', 'a visitor must ask for it')
