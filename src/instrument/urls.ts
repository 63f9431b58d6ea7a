/** A URL as a pattern: a string is compared with the whole URL or its beginning, a RegExp is tested. */
export type UrlPattern = string | RegExp

const SIGNATURES = [
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'AWSAccessKeyId',
  'Signature',
  'sig',
  'X-Goog-Signature',
]
// The values that the HTTP conventions name: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ (url.full)

/** `url` made absolute, or `null` when it is none. */
export function absoluteUrl(url: string | URL): URL | null {
  try {
    return new URL(url, typeof document === 'object' ? document.baseURI : globalThis.location?.href)
  } catch {
    return null
  }
}

/** The URL without credentials, and with the values of signature parameters and of `more` ones replaced by REDACTED. */
export function redacted(url: URL, more: readonly string[]): string {
  const { href } = url
  const hasCredentials = href.includes('@') && (url.username !== '' || url.password !== '')
  const safe = hasCredentials ? href.replace(/\/\/[^/?#]*@/, '//REDACTED:REDACTED@') : href
  if (!href.includes('?')) return safe
  // In the text, not through URLSearchParams: that would write every other parameter anew.
  // No `?` in a name, or each of many would be a start from which all the others are read.
  return safe.replace(/([?&])([^?=&#]+)=([^&#]*)/g, (whole, mark: string, name: string) =>
    [...SIGNATURES, ...more].includes(decoded(name)) ? `${mark}${name}=REDACTED` : whole,
  )
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

export function matches(url: URL, patterns: readonly UrlPattern[]): boolean {
  return patterns.some((pattern) => {
    if (typeof pattern !== 'string') {
      pattern.lastIndex = 0 // a global RegExp remembers where it was
      return pattern.test(url.href)
    }
    const wanted = absoluteUrl(pattern)
    return wanted !== null && url.href.startsWith(wanted.href)
  })
}

/** True for the page's own origin and for listed ones: an origin, a URL prefix or a RegExp. */
export function mayPropagate(url: URL, origins: readonly UrlPattern[], sameOrigin: boolean): boolean {
  return isOwnOrigin(url) ? sameOrigin : matches(url, origins)
}

let ownOrigin: string | null = null

// Read once: `location` and `url.origin` make their text anew at each reading.
function isOwnOrigin(url: URL): boolean {
  ownOrigin ??= typeof location === 'object' ? `${location.origin}/` : '-'
  return url.href.startsWith(ownOrigin)
}
