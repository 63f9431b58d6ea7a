// The plugins as they are shipped: bundled, and run by Node itself. webpack and Rspack start their loader by its path.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** `import()` is vitest's own in a test, and its modules are others than Node's. */
export const requireByNode = createRequire(import.meta.url)

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface BuiltPlugins {
  pathOf(entry: string): string
  /** What a user gets from `import '@codomyrmex/telemetry/' + entry`. */
  load<Entry>(entry: string): Entry
  remove(): void
}

export async function buildPlugins(parent = tmpdir()): Promise<BuiltPlugins> {
  const folder = mkdtempSync(join(parent, 'telemetry-plugins-'))
  await build({ root, mode: 'plugins', logLevel: 'warn', build: { outDir: folder } })
  const pathOf = (entry: string) => join(folder, `${entry}.js`)
  return {
    pathOf,
    load: (entry) => requireByNode(pathOf(entry)),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
