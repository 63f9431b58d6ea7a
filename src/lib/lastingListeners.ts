import { listen } from './native'

// document.open() takes the listeners of the document and of its window away, and leaves observers alone:
// https://html.spec.whatwg.org/multipage/dynamic-markup-insertion.html#document-open-steps

const renewals = new Set<() => void>()
let observer: MutationObserver | null = null

/** Listens as `listen()` does, also after the page has written itself anew. Returns its undo. */
export function keepListening(...args: Parameters<typeof listen>): () => void {
  let undo = listen(...args)
  const renew = () => {
    undo()
    undo = listen(...args)
  }
  renewals.add(renew)
  observer ??= watchDocument()
  return () => {
    undo()
    renewals.delete(renew)
    if (renewals.size > 0) return
    observer?.disconnect()
    observer = null
  }
}

function watchDocument(): MutationObserver | null {
  try {
    const made = new MutationObserver(() => {
      for (const renew of renewals) renew()
    })
    made.observe(document, { childList: true })
    return made
  } catch {
    return null // there is none, or the document is no node, as in some test environments
  }
}
