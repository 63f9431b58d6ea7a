import { fileURLToPath } from 'node:url'

/** Where this package's plugins lie, with a slash at the end. */
export const OWN_FOLDER = ownFolder()

function ownFolder(): string {
  const url = import.meta.url // apart: `new URL('…', import.meta.url)` is an asset to bundlers
  return fileURLToPath(new URL('.', url))
}
