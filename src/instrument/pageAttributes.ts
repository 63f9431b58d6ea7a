import type { Attributes } from '../trace/attributes'
import type { HttpOptions } from './httpSpan'
import { absoluteUrl, createRedaction } from './urls'

/** Gives what every span says of the page that it begins on, one object for each address ([Browser](https://opentelemetry.io/docs/specs/semconv/registry/attributes/browser/)). */
export function pageAttributes({ redactParams = [], redactSecrets = true }: HttpOptions): () => Attributes | null {
  const redacted = createRedaction({ params: redactParams, secrets: redactSecrets })
  let address: string | null = null
  let attributes: Attributes | null = null
  return () => {
    const { href } = location
    if (href !== address && typeof document === 'object') {
      address = href
      const url = absoluteUrl(href)
      attributes = url && { 'browser.document.url.full': redacted(url) }
    }
    return attributes
  }
}
