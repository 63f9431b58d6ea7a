import { ofDocument } from './ownPage'

const DOCUMENT_NODE = 9

/**
 * True on a page, which has a `document` (that of jsdom or happy-dom too, but no stand-in that a server has for a library), and in a
 * browser's worker, which has a place of its own. All else is a server: Node, Deno, Bun, edge runtimes, and Cloudflare's workerd, which
 * has a `WorkerGlobalScope` but no `WorkerLocation`.
 */
export function isPage(): boolean {
  return ofDocument('nodeType') === DOCUMENT_NODE || ('WorkerLocation' in globalThis && !('Deno' in globalThis))
}
