// @ts-check
import { isIPv6 } from 'node:net'

const HOST_NAME = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)$/

/**
 * The name as browsers write it into the Host header, without port and without a dot at its end: `Bücher.Box:4318` becomes
 * `xn--bcher-kva.box`, `::1` becomes `[::1]`.
 * @param {string} given what a person wrote
 * @returns {string | null} null when it is no host name
 */
export function readHostName(given) {
  const text = given.trim()
  const host = isIPv6(text) ? `[${text.replace(/%.*/, '')}]` : text // browsers know no zone: [fe80::1], not fe80::1%eth0
  if (/[/\\?#@\s]/.test(host) || !URL.canParse(`http://${host}`)) return null
  const name = new URL(`http://${host}`).hostname.replace(/\.$/, '')
  return HOST_NAME.test(name) ? name : null
}
