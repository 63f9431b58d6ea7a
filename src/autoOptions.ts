import { kebab, scriptTag } from './lib/scriptTag'
import type { TelemetryOptions } from './options'

/**
 * The options in the `data-` attributes of the page's own script tag, or `null` when there is no such tag.
 *
 * Names are those of `TelemetryOptions` in kebab-case, nested ones joined: `data-batch-scheduled-delay="2000"`. Lists are
 * separated by commas; `data-resource-*`, `data-attributes-*` and `data-headers-*` take any name, with dots as they are.
 */
export function autoOptions(): TelemetryOptions | null {
  const script = scriptTag()
  if (!script) return null
  const options: Record<string, unknown> = {}
  for (const { name, value } of Array.from(script.attributes))
    if (name.startsWith('data-')) put(options, name.slice(5), value)
  return options as TelemetryOptions
}

const LISTS = ['propagateTo', 'neverPropagateTo', 'ignoreUrls']
const NESTED = ['batch', 'spanLimits', 'instrument', 'outbox', 'deferred']
const FREE = ['resource', 'attributes', 'headers']

function put(options: Record<string, unknown>, attribute: string, text: string): void {
  for (const group of [...NESTED, ...FREE]) {
    const prefix = `${kebab(group)}-`
    if (!attribute.startsWith(prefix)) continue
    if (typeof options[group] !== 'object') options[group] = {}
    const inner = options[group] as Record<string, unknown>
    const rest = attribute.slice(prefix.length)
    if (FREE.includes(group)) inner[rest] = text
    else inner[camel(rest)] = plainValue(text)
    return
  }
  const name = camel(attribute)
  if (name === 'debug' && text === '')
    options[name] = true // as attributes of HTML are that are there or not
  else if (LISTS.includes(name))
    options[name] = text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)
  else if (name === 'instrument' && /^(?!(true|false)$)./.test(text)) {
    options[name] = { fetch: false, xhr: false } // what is not named is off
    for (const part of text.split(',')) put(options, `instrument-${part.trim()}`, 'true')
  } else if (name !== 'instrument' || text !== 'true') options[name] = name === 'serviceName' ? text : plainValue(text)
}

/** `true`, `false` and numbers are what they look like; everything else is text. */
function plainValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : text
}

function camel(kebabCase: string): string {
  return kebabCase.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
