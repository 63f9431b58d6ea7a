import { isEnding, isPutAside } from '../lib/onPageHidden'
import { OUTBOX_NAME } from './outboxDatabase'
import { type BatchKey, type Kept, nameOf, type StoredBatch } from './outboxStore'

// WebKit takes what IndexedDB is given while its page goes only when the page comes back: of one transaction it commits what is
// deleted and drops what is put. Its local storage takes everything, so there a batch rests until somebody opens the database.

const PREFIX = `${OUTBOX_NAME} `

/** Batches that IndexedDB would not have taken; nothing in browsers that are not WebKit. */
export interface Stash {
  /** Those that it did not take: the page is not going, or there is no room. */
  add(kept: readonly Kept[]): readonly Kept[]
  list(): readonly Kept[]
  remove(keys: readonly BatchKey[]): void
}

export function createStash(): Stash {
  if (typeof navigator !== 'object' || !navigator.vendor?.startsWith('Apple'))
    return { add: (kept) => kept, list: () => [], remove() {} }
  return {
    add: (kept) => (isEnding() || isPutAside() ? kept.filter((one) => !add(one)) : kept),

    list() {
      try {
        const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))
        return names.flatMap((name) => read(localStorage.getItem(name)))
      } catch {
        return [] // denied
      }
    },

    remove(keys) {
      try {
        for (const key of keys) localStorage.removeItem(PREFIX + nameOf(key))
      } catch {
        // As above.
      }
    },
  }
}

function add({ key, batch: { bytes, ...rest } }: Kept): boolean {
  try {
    let binary = ''
    for (const byte of bytes) binary += String.fromCharCode(byte)
    localStorage.setItem(PREFIX + nameOf(key), JSON.stringify([key, rest, btoa(binary)]))
    return true
  } catch {
    return false // denied, or full
  }
}

function read(text: string | null): Kept[] {
  try {
    const [key, rest, base64] = JSON.parse(text ?? '') as [BatchKey, Omit<StoredBatch, 'bytes'>, string]
    return [{ key, batch: { ...rest, bytes: Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)) } }]
  } catch {
    return [] // somebody else's
  }
}
