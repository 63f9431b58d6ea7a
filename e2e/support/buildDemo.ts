import { buildStale } from '../../demo/server/buildStale.mjs'

/** Before all tests: the bundle and the pages that they load, where missing or older than their sources. */
// biome-ignore lint/style/noDefaultExport: Playwright takes the default export
export default async function buildDemo(): Promise<void> {
  await buildStale({ log: console.error }) // what tests print on the other stream may be a result
}
