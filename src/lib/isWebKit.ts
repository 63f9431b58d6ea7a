/** True in Safari, and in every other browser that is WebKit underneath. */
export function isWebKit(): boolean {
  return typeof navigator === 'object' && navigator.vendor?.startsWith('Apple') === true
}
