export interface Product {
  readonly id: number
  readonly name: string
  readonly price: number
}

export interface CartLine {
  readonly id: number
  readonly quantity: number
  readonly total: number
}

export async function loadProducts(signal?: AbortSignal): Promise<readonly Product[]> {
  const { products } = await getJson<{ products: readonly Product[] }>('/api/products', signal)
  return products
}

export async function loadStock(id: number, signal?: AbortSignal): Promise<number> {
  const { inStock } = await getJson<{ inStock: number }>(`/api/stock/${id}`, signal)
  return inStock
}

export async function addToCart(id: number, quantity: number): Promise<CartLine> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch('/api/cart', { method: 'POST', headers, body: JSON.stringify({ id, quantity }) })
  return await answerOf<CartLine>(response)
}

/** The payment service of this shop is always down. */
export async function pay(): Promise<void> {
  await getJson('/api/fail')
}

/** The lines of a streamed answer, as they arrive. */
export async function* orderProgress(): AsyncGenerator<string> {
  const response = await fetch('/api/stream')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) yield part.value.trim()
}

/** The colour of the product's tile, in degrees. */
export function hueOf({ id }: Product): number {
  return (id * 137) % 360 // the golden angle: neighbours differ
}

export function inEuros(price: number): string {
  return `€${price.toFixed(2)}`
}

async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  return await answerOf<T>(await fetch(url, signal ? { signal } : undefined))
}

async function answerOf<T>(response: Response): Promise<T> {
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer
}
