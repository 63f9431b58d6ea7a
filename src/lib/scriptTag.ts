import { ofDocument } from './ownPage'

const SELECTOR = 'script[type=module][data-service-name]'

/**
 * The page's own script tag, or `null`. A module has no `currentScript`, and behind a redirect its URL is another one, so the tag is known
 * by `data-service-name`.
 */
export function scriptTag(): Element | null {
  return ofDocument('querySelector')?.call(document, SELECTOR) ?? null
}

/** True where a tag of this file has options, and lacks the one by which it is known. */
export function isNameless(): boolean {
  const tag = ofDocument('querySelector')?.call(document, 'script[type=module][src*=telemetry][src*=".min.js"]')
  return Array.from(tag?.attributes ?? []).some(({ name }) => /^data-|service/.test(name))
}

/** As names are written in attributes. */
export function kebab(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
