import { Keeper } from '../../src/export/kept'
import { createStash } from '../../src/export/outboxStash'
import { createOutbox, type Outbox, type OutboxOptions } from '../../src/outbox/outbox'

/** An outbox without an exporter, of a page that has stored nothing before. */
export const ownOutbox = (options: OutboxOptions): Outbox =>
  createOutbox(options, { keeper: new Keeper(), stash: createStash(), kept: [], gone: new Set() })
