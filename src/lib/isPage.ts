/**
 * True on a page, which has a `document` (that of jsdom or happy-dom too), and in a browser's worker, which has a place of its own. All
 * else is a server: Node, Deno, Bun, edge runtimes, and Cloudflare's workerd, which has a `WorkerGlobalScope` but no `WorkerLocation`.
 */
export function isPage(): boolean {
  return typeof document === 'object' || ('WorkerLocation' in globalThis && !('Deno' in globalThis))
}
