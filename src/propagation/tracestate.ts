const MAX_MEMBERS = 32
const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/ // level 2
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/
const NEVER = /[^\t\x20-\x7e]/ // so that nothing else is trimmed

/**
 * A `tracestate` header checked and in its plain form, or `null` when it is empty or broken: then the whole of it is
 * discarded ([Trace Context](https://www.w3.org/TR/trace-context-2/#tracestate-header)).
 */
export function readTracestate(header: string | null | undefined): string | null {
  if (typeof header !== 'string' || NEVER.test(header)) return null
  const members = header
    .split(',')
    .map((member) => member.trim())
    .filter(Boolean)
  for (const member of members) {
    const [key, value] = split(member)
    if (!KEY.test(key) || !VALUE.test(value)) return null
  }
  return members.length === 0 || members.length > MAX_MEMBERS ? null : members.join(',')
}

function split(member: string): [key: string, value: string] {
  const at = member.indexOf('=')
  return at < 0 ? ['', ''] : [member.slice(0, at), member.slice(at + 1)]
}
