// @ts-check
/**
 * What every page of the demo is sent with: it loads only what is served here, runs no script from its own text, and stands in no frame.
 * @param {readonly string[]} connectTo URLs of other origins that pages send to
 * @returns {Record<string, string>}
 */
export function pageHeaders(connectTo) {
  const origins = connectTo.map((url) => new URL(url).origin)
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data:", // the icons
    'connect-src': ["'self'", ...origins].join(' '),
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  }
  return {
    'content-security-policy': Object.entries(policy)
      .map(([directive, sources]) => `${directive} ${sources}`)
      .join('; '),
    'x-frame-options': 'DENY', // for browsers that do not know frame-ancestors
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin', // addresses of traces are for nobody else
  }
}
