// @ts-check
/** @typedef {{ id: number, name: string, price: number, emoji: string }} Product price in euros */

/** @type {readonly Product[]} */
export const products = [
  { id: 1, name: 'Tea pot', price: 24.5, emoji: '🫖' },
  { id: 2, name: 'Coffee mug', price: 9, emoji: '☕' },
  { id: 3, name: 'Desk lamp', price: 49.9, emoji: '💡' },
  { id: 4, name: 'Notebook', price: 5.2, emoji: '📓' },
  { id: 5, name: 'House plant', price: 18, emoji: '🪴' },
  { id: 6, name: 'Bicycle bell', price: 12.75, emoji: '🔔' },
]

/**
 * @param {unknown} id as it came in a URL or a JSON body
 * @returns {Product | undefined}
 */
export function findProduct(id) {
  return products.find((product) => String(product.id) === String(id))
}
