import { ofDocument } from './ownPage'

/** Of a tag of our file, by its name: `import.meta` would keep the file from being read as a classic script. */
export const OWN_FILE = 'src*=telemetry][src*=".min.js"'

/**
 * The page's own script tag, or `null`. A module has no `currentScript`, and behind a redirect its URL is another one, so the tag is known
 * by `data-service-name`.
 */
export function scriptTag(having = 'data-service-name'): Element | null {
  return ofDocument('querySelector')?.call(document, `script[type=module][${having}]`) ?? null
}

/** As names are written in attributes. */
export function kebab(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
