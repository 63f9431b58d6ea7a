import { Keeper } from '../../src/export/kept'
import { createStash } from '../../src/export/outboxStash'
import { onPageHide } from '../../src/lib/pageLife'
import { createOutbox, type Outbox, type OutboxOptions } from '../../src/outbox/outbox'

/** An outbox without an exporter, of a page that has stored nothing before. */
export function ownOutbox(options: OutboxOptions): Outbox {
  onPageHide('send', () => {}) // as an exporter does: from now on it is known whether the page is being left
  return createOutbox(options, { keeper: new Keeper(), stash: createStash(), kept: [], gone: new Set() })
}
