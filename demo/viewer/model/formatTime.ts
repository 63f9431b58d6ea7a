/** How long ago, in one word or two; a time ahead of ours (another machine's clock) counts as now. */
export function formatAgo(time: number | null, now: number): string {
  if (time === null) return '–'
  const seconds = Math.floor((now - time) / 1000)
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ago`
  const days = Math.floor(hours / 24)
  return days < 365 ? `${days} d ago` : (formatClock(time).split(' ')[0] ?? '–')
}

// Dates beyond this are "Invalid Date" to JavaScript, and toISOString throws on them.
const LAST_DATE = 8.64e15

/** The moment in the reader's own time zone, to the millisecond: `2026-03-01 14:03:22.123`. */
export function formatClock(time: number | null): string {
  if (time === null || !(Math.abs(time) <= LAST_DATE)) return '–'
  const date = new Date(time)
  const day = [date.getFullYear(), pad(date.getMonth() + 1), pad(date.getDate())].join('-')
  const clock = [pad(date.getHours()), pad(date.getMinutes()), pad(date.getSeconds())].join(':')
  return `${day} ${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
