const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Milliseconds for people: three digits and a unit below a minute, two units above. */
export function formatDuration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return '–'
  if (ms < 0) return `−${formatDuration(-ms)}`
  if (ms === 0) return '0 ms'
  if (ms < 0.0009995) return `${digits(ms * 1e6)} ns`
  if (ms < 0.9995) return `${digits(ms * 1000)} µs`
  if (ms < 999.5) return `${digits(ms)} ms`
  if (ms < MINUTE - 5) return `${digits(ms / SECOND)} s`
  if (ms < HOUR - SECOND / 2) return pair(Math.round(ms / SECOND), 60, 'min', 's')
  if (ms < DAY - MINUTE / 2) return pair(Math.round(ms / MINUTE), 60, 'h', 'min')
  return pair(Math.round(ms / HOUR), 24, 'd', 'h')
}

function digits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
}

function pair(small: number, perLarge: number, largeUnit: string, smallUnit: string): string {
  const rest = small % perLarge
  return `${Math.floor(small / perLarge)} ${largeUnit}${rest ? ` ${rest} ${smallUnit}` : ''}`
}
