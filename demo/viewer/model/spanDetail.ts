import { formatValue } from './formatValue'
import type { ViewedSpan } from './viewedSpan'

const MAX_DETAIL = 160 // more never fits in a row

// HTTP spans are named by the bare method (that is the convention), so a row needs the path to be told from its neighbour.
const TELLING = [
  'http.route',
  'url.template',
  'url.path',
  'url.full',
  'http.url',
  'http.target',
  'db.query.text',
  'db.statement',
  'db.collection.name',
  'rpc.method',
  'messaging.destination.name',
  'exception.message',
  'code.function.name',
]

/** A few words that tell this span from others of its name; empty where nothing does. */
export function spanDetail({ name, attributes, events }: ViewedSpan): string {
  return nameDetail(name, attributes) || nameDetail(name, lastException(events))
}

const lastException = (events: ViewedSpan['events']): ReadonlyMap<string, unknown> =>
  events.findLast(({ name }) => name === 'exception')?.attributes ?? new Map<string, unknown>()

/** The same of a name and attributes alone. */
export function nameDetail(name: string, attributes: ReadonlyMap<string, unknown>): string {
  for (const key of TELLING) {
    const value = attributes.get(key)
    if (value === undefined || value === null) continue
    const text = shorten(key === 'url.full' || key === 'http.url' ? pathOf(value) : formatValue(value))
    return name.includes(text) ? '' : text
  }
  return ''
}

function pathOf(value: unknown): string {
  const text = formatValue(value)
  try {
    const url = new URL(text)
    return url.pathname + url.search
  } catch {
    return text
  }
}

function shorten(text: string): string {
  return text.slice(0, MAX_DETAIL).replace(/\s+/g, ' ').trim()
}
