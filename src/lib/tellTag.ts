import { running } from '../trace/api'
import { later, listen } from './native'
import { ofDocument } from './ownPage'
import { report } from './report'

const STARTED_WITHIN_MS = 3000 // of the load, by a script that has asked somebody first

/**
 * Tells of a tag of the file `ownName` that does not name the service, if nothing runs soon after the page is loaded: its own scripts may
 * start what the tag has loaded.
 */
export function tellTag(ownName: string): void {
  const tags = ofDocument('querySelectorAll')?.call(document, 'script[type=module][src]') ?? []
  if (!Array.from(tags).some((tag) => (tag as HTMLScriptElement).src.endsWith(`/${ownName}`))) return
  const tell = () =>
    later(STARTED_WITHIN_MS, () => {
      if (!running()) report('`data-service-name` is missing on the script tag; nothing was started.')
    })
  if (ofDocument('readyState') === 'complete') tell()
  else listen(window, 'load', tell, { once: true })
}
