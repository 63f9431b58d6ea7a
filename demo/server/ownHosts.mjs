// @ts-check
import { isIP } from 'node:net'
import { readHostName } from './readHostName.mjs'

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {{ status: number, sentence: string }} Refusal */
/** @typedef {ReturnType<typeof createOwnHosts>} OwnHosts */

const LOOPBACK = ['localhost', '127.0.0.1', '::1']
const EVERY_ADDRESS = new Set(['0.0.0.0', '[::]']) // what one listens on to be reached at every address of the machine
const HOST_HEADER = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::\d{1,5})?$/i
const MAX_HOST_LENGTH = 261 // 253 for a name, then a dot, a colon and a port
const NEEDS_HOST = 'This demo answers to requests with one Host header that names a host, such as localhost:4318.'

/**
 * The hosts that a server answers to. Whoever owns another name can let it lead first to a page and then to this machine (DNS
 * rebinding): for the browser page and server are one origin then, and the page may read and delete everything here.
 * @param {readonly string[]} names besides those of loopback; throws when one of them is no host name
 */
export function createOwnHosts(names) {
  const own = new Set([...LOOPBACK, ...names].map(hostNameOf))
  const hasEveryAddress = [...EVERY_ADDRESS].some((address) => own.has(address))
  return { whyRefused }

  /** @param {Req} req @returns {Refusal | null} null for a request to one of our hosts */
  function whyRefused(req) {
    const [header = '', ...more] = req.headersDistinct['host'] ?? []
    const written = header.length <= MAX_HOST_LENGTH ? HOST_HEADER.exec(header)?.[1] : null
    if (!written || more.length > 0) return { status: 400, sentence: NEEDS_HOST } // RFC 9112, 3.2 wants 400
    const host = written.toLowerCase().replace(/\.$/, '')
    // 421, not 403: nobody lacks a permission, the request came to a server that does not speak for its host (RFC 9110, 15.5.20).
    return isOwn(host) ? null : { status: 421, sentence: strangeHost(host) }
  }

  /** @param {string} host */
  function isOwn(host) {
    if (own.has(host)) return true
    if (host.endsWith('.localhost')) return true // nobody can own a name under it (RFC 6761)
    return hasEveryAddress && isIP(host.replace(/^\[|\]$/g, '')) !== 0 // an address is looked up nowhere, so nobody can rebind it
  }
}

/** @param {string} name */
function hostNameOf(name) {
  const host = readHostName(name)
  if (!host) throw new Error(`${name} is not a host name`)
  return host
}

/** Names no host that is ours: a rebound page could read it. @param {string} host */
function strangeHost(host) {
  return `This demo does not answer to the host ${host}; if that is a name of yours, start the demo with it in DEMO_HOSTS: DEMO_HOSTS=${host} npm start`
}
