/** Stands before everything: `changedPlaces()` then names what is not as the browser gave it. */
export const WATCH_PAGE = `<script>
  const places = () => [
    [globalThis, 'fetch'], [globalThis, 'Promise'], [globalThis, 'XMLHttpRequest'], [globalThis, 'queueMicrotask'],
    [globalThis, 'requestIdleCallback'], [globalThis, 'MutationObserver'], [globalThis, 'ResizeObserver'],
    [Promise, 'resolve'], [Promise.prototype, 'then'], [Promise.prototype, 'catch'], [Promise.prototype, 'finally'],
    [Promise.prototype, 'constructor'], [XMLHttpRequest.prototype, 'open'], [XMLHttpRequest.prototype, 'send'],
    [XMLHttpRequest.prototype, 'abort'], [XMLHttpRequest.prototype, 'setRequestHeader'],
    [XMLHttpRequestEventTarget.prototype, 'onload'], [EventTarget.prototype, 'addEventListener'],
    [EventTarget.prototype, 'removeEventListener'], [HTMLElement.prototype, 'onclick'],
    [IDBRequest.prototype, 'onsuccess'], [MessagePort.prototype, 'onmessage'], [Navigator.prototype, 'sendBeacon'],
  ].flatMap(([owner, name]) => {
    const found = Object.getOwnPropertyDescriptor(owner, name) ?? {}
    return ['value', 'get', 'set', 'writable', 'enumerable', 'configurable'].map((key) => [name + '.' + key, found[key]])
  })
  const before = places()
  globalThis.changedPlaces = () => places().filter(([, value], index) => value !== before[index][1]).map(([name]) => name)
</script>`

declare global {
  /** Behind `WATCH_PAGE`: `then.value` and the like. */
  var changedPlaces: () => readonly string[]
}
