import { listen } from './native'

type PrerenderingDocument = Document & { readonly prerendering?: boolean }

/** True while the page is loaded ahead of a visit that may never come: nothing may be sent from it. */
export function isPrerendering(): boolean {
  return typeof document === 'object' && (document as PrerenderingDocument).prerendering === true
}

/** Resolves when the page is visited; at once on every other page. */
export function activated(): Promise<void> | null {
  if (!isPrerendering()) return null
  return new Promise((resolve) => {
    const stop = listen(document, 'prerenderingchange', () => {
      stop()
      resolve()
    })
  })
}
