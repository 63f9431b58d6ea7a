import { running } from '../trace/api'
import { later, listen } from './native'
import { ofDocument } from './ownPage'
import { report } from './report'
import { OWN_FILE, scriptTag } from './scriptTag'

const STARTED_WITHIN_MS = 3000 // of the load, by a script that has asked somebody first

/**
 * Tells of a tag of our file that says something, and not the name of the service, if nothing runs soon after the page is loaded: its own
 * scripts may start what the tag has loaded.
 */
export function tellTag(): void {
  const names = scriptTag(OWN_FILE)?.getAttributeNames() ?? []
  if (!names.some((name) => /^data-|service/.test(name))) return
  const tell = () =>
    later(STARTED_WITHIN_MS, () => {
      if (!running()) report('`data-service-name` is missing on the script tag; nothing was started.')
    })
  if (ofDocument('readyState') === 'complete') tell()
  else listen(window, 'load', tell, { once: true })
}
