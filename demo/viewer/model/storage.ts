/** `localStorage`, or `null` where the browser forbids even to name it. */
export const storage: Storage | null = openStorage()

function openStorage(): Storage | null {
  try {
    return globalThis.localStorage ?? null
  } catch {
    return null
  }
}
