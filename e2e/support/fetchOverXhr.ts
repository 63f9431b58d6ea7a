/** Puts a `fetch` over XHR in the place of the page's, as whatwg-fetch has it; exports go to `elsewhere`, at once or later. Runs in the page. */
export function fetchOverXhr([elsewhere, isLater]: readonly [elsewhere: string, isLater: boolean]): void {
  const send = (input: unknown, init: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      const xhr = new XMLHttpRequest()
      xhr.onload = () => resolve(new Response(xhr.responseText, { status: xhr.status }))
      xhr.onerror = () => reject(new TypeError('Network request failed'))
      const url = String(input)
      xhr.open(init.method ?? 'GET', elsewhere && url.endsWith('/lab/status/200') ? elsewhere : url)
      new Headers(init.headers).forEach((value, name) => {
        xhr.setRequestHeader(name, value)
      })
      xhr.send((init.body ?? null) as XMLHttpRequestBodyInit | null)
    })
  globalThis.fetch = (async (input: unknown, init: RequestInit = {}) => {
    if (isLater) await new Promise((resolve) => setTimeout(resolve))
    return send(input, init)
  }) as typeof fetch
}
