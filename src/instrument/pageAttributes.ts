import type { Attributes } from '../trace/attributes'
import { absoluteUrl, createRedaction, type Redaction } from './urls'

/** What every span says of the page that it begins on, one object for each address ([Browser](https://opentelemetry.io/docs/specs/semconv/registry/attributes/browser/)). */
export function pageAttributes(options: Redaction): (() => Attributes | null) | null {
  if (typeof document !== 'object') return null // in a worker
  const redacted = createRedaction(options)
  let address: string | null = null
  let attributes: Attributes | null = null
  return () => {
    const { href } = location
    if (href !== address) {
      address = href
      const url = absoluteUrl(href)
      attributes = url && { 'browser.document.url.full': redacted(url) }
    }
    return attributes
  }
}
