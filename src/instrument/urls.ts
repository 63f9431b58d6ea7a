import { baseUrl, ownOrigin } from '../lib/ownPage'

/** A URL as a pattern: a string is compared with the whole URL or its beginning, a RegExp is tested. */
export type UrlPattern = string | RegExp

// The parameters that the HTTP conventions name: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ (url.full)
const SIGNATURES = /^(x-(amz|goog)-(signature|credential|security-token)|awsaccesskeyid|sig(nature)?)$/i
const SECRETS =
  /token|secret|passw|pwd|credential|signature|api[-_]?key|access[-_]?key|session[-_]?id|^(auth|authorization|jwt)$/i

/** `url` made absolute, or `null` when it is none. */
export function absoluteUrl(url: string | URL): URL | null {
  try {
    return new URL(url, baseUrl())
  } catch {
    return null
  }
}

/** What of an address is not recorded, besides credentials and the fragment, which is never sent. */
export interface Redaction {
  /** Names of query parameters, in whatever case. */
  readonly params: readonly string[]
  /** Also what is called a token, a secret, a password or a key. */
  readonly secrets: boolean
}

/** Gives the URL as it may be recorded, with REDACTED in the place of values. */
export function createRedaction({ params, secrets }: Redaction): (url: URL) => string {
  const more = new Set(params.map((name) => name.toLowerCase()))
  const isSecret = (name: string) =>
    SIGNATURES.test(name) || (secrets && SECRETS.test(name)) || more.has(name.toLowerCase())

  return (url) => {
    const [href] = url.href.split('#', 1) as [string]
    const hasCredentials = href.includes('@') && (url.username !== '' || url.password !== '')
    const safe = hasCredentials ? href.replace(/\/\/[^/?#]*@/, '//REDACTED:REDACTED@') : href
    // In the text, not through URLSearchParams: that would write every other parameter anew.
    // No `?` in a name, or each of many would be a start from which all the others are read.
    return safe.replace(/([?&])([^?=&]+)=([^&]*)/g, (whole, mark: string, name: string) =>
      isSecret(name.replace(/%[2-7][0-9a-f]/gi, decodeURIComponent)) ? `${mark}${name}=REDACTED` : whole,
    )
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

let own: string | undefined

// Read once: `location` and `url.origin` make their text anew at each reading.
export function isOwnOrigin(url: URL): boolean {
  own ??= `${ownOrigin()}/`
  return url.href.startsWith(own) || `${url.origin}/` === own // with credentials
}
