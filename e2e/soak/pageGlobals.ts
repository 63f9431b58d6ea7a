import type { SoakPage } from './soakPage.mjs'

declare global {
  /** In the page of the soak. */
  var soak: SoakPage
}
