import { listen } from './native'
import { ofDocument } from './ownPage'

declare global {
  interface Document {
    readonly prerendering?: boolean
  }
}

/** True while the page is loaded ahead of a visit that may never come: nothing may be sent from it. */
export function isPrerendering(): boolean {
  return ofDocument('prerendering') === true
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
