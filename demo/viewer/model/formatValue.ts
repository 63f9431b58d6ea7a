/** An attribute value as text: strings as they are, everything else as JSON. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  try {
    // A list of plain values reads best in one line, a map in several.
    const flat = Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null)
    return flat
      ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
      : (JSON.stringify(value, null, 2) ?? String(value))
  } catch {
    return '(cannot be shown)'
  }
}
