import { OUTBOX_NAME } from '../export/kept'

// Written only when a page hides and taken away when it comes back: a tab that is opened or duplicated from a living page gets a
// copy of its session storage, and must not take that page for dead.

/** The page that hid in this tab and did not come back, or `null`. */
export function pageBefore(): string | null {
  try {
    return sessionStorage.getItem(OUTBOX_NAME)
  } catch {
    return null // denied or missing: then snapshots wait until they are ripe
  }
}

/** Says which page hides in this tab; `null` when it is back. */
export function tellNextPage(page: string | null): void {
  try {
    if (page) sessionStorage.setItem(OUTBOX_NAME, page)
    else sessionStorage.removeItem(OUTBOX_NAME)
  } catch {
    // As above.
  }
}
