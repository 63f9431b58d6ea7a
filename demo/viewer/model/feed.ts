import { collector } from './collectorApi'
import { createTraceFeed } from './traceFeed'

/** The one feed of this page. */
export const feed = createTraceFeed(collector)
