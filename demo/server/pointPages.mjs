// @ts-check
const OWN_ENDPOINT = '/v1/traces'

/**
 * The HTML with its telemetry endpoint changed: the script tag's `data-endpoint="/v1/traces"` and the content of
 * `<meta name="otlp-endpoint" content="/v1/traces">`. Other endpoints stay.
 * @param {string} html
 * @param {string} collectorUrl
 */
export function pointPages(html, collectorUrl) {
  const quoted = `"${collectorUrl.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`
  return html
    .replace(attribute('data-endpoint'), (_match, start) => start + quoted)
    .replace(/<meta\b[^>]*\bname=(["']?)otlp-endpoint\1[^>]*>/gi, (meta) =>
      meta.replace(attribute('content'), (_match, start) => start + quoted),
    )
}

/** Matches the attribute where it has our own endpoint, quoted either way or, by a minifier, not at all. @param {string} name */
function attribute(name) {
  return new RegExp(`(\\s${name}=)(?:"${OWN_ENDPOINT}"|'${OWN_ENDPOINT}'|${OWN_ENDPOINT}(?=[\\s>]))`, 'gi')
}
