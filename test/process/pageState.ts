import { vi } from 'vitest'

/** vitest's own `window` is Node's global object with a page's properties on it, and no EventTarget. */
const pageWindow = new EventTarget()
vi.stubGlobal('window', pageWindow)

/** The page hides: a tab switch, a minimised window, or the first half of a closing tab. */
export function hidePage(): void {
  setVisibility('hidden')
}

/** The page is looked at again. */
export function showPage(): void {
  setVisibility('visible')
}

/** The page is left; `persisted`: into the back/forward cache. */
export function leavePage(persisted: boolean): void {
  pageWindow.dispatchEvent(Object.assign(new Event('pagehide'), { persisted }))
}

/** Back from the back/forward cache. */
export function comeBack(): void {
  pageWindow.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
}

function setVisibility(state: DocumentVisibilityState): void {
  Object.defineProperty(document, 'visibilityState', { configurable: true, value: state })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}
