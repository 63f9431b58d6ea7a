/** How the drivers of `inPage/` run their work inside a span of the app that is on the page. */
export type InSpan = <T>(work: () => Promise<T>) => Promise<T>

declare global {
  var inSpan: InSpan | undefined
}

export function expose(inSpan: InSpan): void {
  globalThis.inSpan = inSpan
}
