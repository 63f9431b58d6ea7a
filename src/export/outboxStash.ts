import { isWebKit } from '../lib/isWebKit'
import { isEnding, isPutAside } from '../lib/pageLife'
import { type BatchKey, type Kept, nameOf, OUTBOX_NAME, type StoredBatch } from './kept'

// WebKit takes what IndexedDB is given while its page goes only when the page comes back: of one transaction it commits what is
// deleted and drops what is put. In any browser a page that is left a moment after it came may find its database still being opened; and a
// transaction that waits behind another one when its page goes is dropped (e2e/outbox.test.ts). Local storage takes everything at once, so there
// a batch rests until somebody opens the database.

const PREFIX = `${OUTBOX_NAME} `
const PIECE = 8192 // characters that are made in one call: all at once would be too many arguments, one by one too slow for an exit
const MOST = 64 // a browser that never opens the database must not fill the page's local storage

/** Batches that IndexedDB would not have taken. */
export interface Stash {
  /** True when what is put now has to rest here. `mayDrop`: the database may not take it before the page is gone. */
  isNeeded(mayDrop: boolean): boolean
  /** Those that it did not take: there is no room. */
  add(kept: readonly Kept[]): readonly Kept[]
  list(): readonly Kept[]
  /** The same for a page that looks again and again: outside of WebKit, where it is rare, once. */
  look(): readonly Kept[]
  remove(keys: readonly BatchKey[]): void
}

export function createStash(): Stash {
  const known = new Set<string>() // of this page, and what it has seen: for others storage is not asked
  let hasLooked = false

  const list = () => {
    const kept = names().flatMap((name) => read(localStorage.getItem(name)))
    for (const { key } of kept) known.add(nameOf(key))
    return kept
  }

  return {
    isNeeded: (mayDrop) => (mayDrop || isWebKit()) && (isEnding() || isPutAside()) && isAllowed(),

    add: (kept) =>
      kept.filter((one) => {
        known.add(nameOf(one.key))
        hasLooked = false // this page may come back
        return !add(one)
      }),

    list,

    look() {
      if (hasLooked && !isWebKit()) return []
      hasLooked = true
      return list()
    },

    remove(keys) {
      try {
        for (const name of keys.map(nameOf)) if (known.delete(name)) localStorage.removeItem(PREFIX + name)
      } catch {
        // As below.
      }
    },
  }
}

function isAllowed(): boolean {
  try {
    return localStorage.length >= 0
  } catch {
    return false
  }
}

function names(): readonly string[] {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))
  } catch {
    return [] // denied, or there is none
  }
}

function add({ key, batch: { bytes, ...rest } }: Kept): boolean {
  if (names().length >= MOST) return false
  try {
    let binary = ''
    for (let at = 0; at < bytes.length; at += PIECE)
      binary += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + PIECE)) as string
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
