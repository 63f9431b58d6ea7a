import { ofDocument } from './ownPage'

const SELECTOR = 'script[type=module][data-service-name]'

/**
 * The page's own script tag, or `null`. A module has no `currentScript`, and behind a redirect its URL is another one, so the tag is known
 * by `data-service-name`.
 */
export function scriptTag(): Element | null {
  return ofDocument('querySelector')?.call(document, SELECTOR) ?? null
}

/** As names are written in attributes. */
export function kebab(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
