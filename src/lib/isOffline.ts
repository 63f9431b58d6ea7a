/** `onLine` says for sure only that there is no network. */
export function isOffline(): boolean {
  return typeof navigator === 'object' && navigator.onLine === false
}
