import { ofDocument } from './ownPage'

const DOCUMENT_NODE = 9

/**
 * True on a page, which has a `document` that somebody may see (that of jsdom or happy-dom too; not that of linkedom or domino, with which
 * servers render, and no stand-in that a server has for a library), and in a browser's worker, which has a place of its own. All else is a
 * server: Node, Deno, Bun, edge runtimes, and Cloudflare's workerd, which has a `WorkerGlobalScope` but no `WorkerLocation`.
 */
export function isPage(): boolean {
  const isSeen = ofDocument('nodeType') === DOCUMENT_NODE && ('visibilityState' in document || 'hidden' in document)
  return isSeen || ('WorkerLocation' in globalThis && !('Deno' in globalThis))
}
