import { baseUrl, ownOrigin } from '../lib/ownPage'

/** A URL as a pattern: a string is compared with the whole URL or its beginning, a RegExp is tested. */
export type UrlPattern = string | RegExp

// The parameters that the HTTP conventions name: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ (url.full)
const SIGNATURES = /^(x-(amz|goog)-(signature|credential|security-token)|awsaccesskeyid|sig(nature)?)$/
// Of a name's letters, with a blank where another word begins. `auth` and `authorize`, but not `author`; `assess id` is no session.
const SECRETS =
  /token(?!i[sz])|secret(?!ar)|pass ?(w|phrase|code|key)|ps?wd|credential|signature|hmac|bearer|jwt|saml|assertion|verifier|[cx]srf|auth(?!or(?!i[sz]))|(api|app|access|account|activation|encryption|functions?|master|private|reset|signing|subscription) ?key|(access|activation|confirmation|login|oob|reset|verification) ?code|(^|[^s])sess(ion)? ?(id|key|hash)|^session$|\bpass$|\b(sid|sig|t?otp|pw)\b/

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
  readonly redactParams?: readonly string[] | undefined
  /** Also what is called a token, a secret, a password or a key. */
  readonly redactSecrets?: boolean | undefined
}

/** Gives the URL as it may be recorded, with REDACTED in the place of values. */
export function createRedaction({ redactParams = [], redactSecrets = true }: Redaction): (url: URL) => string {
  const more = redactParams.map(nameOf)
  const isSecret = (pair: string) => {
    const [given, value] = pair.split('=', 2) as [string, string?]
    if (value === undefined) return false
    const written = decoded(given)
    const name = nameOf(written)
    return SIGNATURES.test(name) || more.includes(name) || (redactSecrets && [written, name].some(isCalledSecret))
  }
  // Also where the value is an address with a secret, has what some servers take for more parameters, or is JSON.
  const isTelling = (text: string) =>
    /\/\/[^/?#]*@/.test(text) ||
    text
      .replace(/"([^"]*)"\s*:/g, '&$1=')
      .split(/[?&;#]/)
      .some(isSecret)
  const hide = (whole: string, head: string) => {
    const once = decoded(whole)
    return [...new Set([whole, once, decoded(once)])].some(isTelling) ? `${head}REDACTED` : whole
  }

  return (url) => {
    const [href] = url.href.split('#', 1) as [string]
    // In the text, not through URLSearchParams: that would write every other parameter anew.
    // No `?` in a name, or each of many would be a start from which all the others are read.
    return href
      .replace(/^(\w+:\/\/)[^/?]*@/, '$1REDACTED:REDACTED@')
      .replace(/(;[^;/?&=]*=)[^;/?&]*/g, hide)
      .replace(/([?&][^?&=]*=)[^&]*/g, hide)
  }
}

/** In whatever case, and that of a list: `name[]`, `name[0]`. */
const nameOf = (text: string) => text.toLowerCase().replace(/\[\d*]$/, '')

/** As a server reads it. */
function decoded(text: string): string {
  return /[%+]/.test(text) ? new URLSearchParams(`=${text.replace(/&/g, '%26')}`).get('')! : text
}

function isCalledSecret(name: string): boolean {
  const words = name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []
  return SECRETS.test(words.join(' ').toLowerCase())
}

export function matches(url: URL, patterns: readonly UrlPattern[]): boolean {
  return patterns.some((pattern) => {
    // A copy: a global RegExp remembers where it was, and a frozen one cannot be told to begin anew.
    if (typeof pattern !== 'string') return new RegExp(pattern).test(url.href)
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
