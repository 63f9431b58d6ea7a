// The one numbered list of places where work goes on later. Runs in the page, as it is written: see support/serveModule.ts.
import { awaits } from './points/awaits'
import { channels } from './points/channels'
import { classes } from './points/classes'
import { disposals } from './points/disposals'
import { elements } from './points/elements'
import { events } from './points/events'
import { generators } from './points/generators'
import { network } from './points/network'
import { notReached } from './points/notReached'
import { platform } from './points/platform'
import type { ContextPoint } from './points/point'
import { storage } from './points/storage'
import { thens } from './points/thens'
import { timers } from './points/timers'

/** @public The page imports it when it runs. */
export const contextPoints: readonly ContextPoint[] = [
  awaits,
  thens,
  classes,
  generators,
  disposals,
  network,
  timers,
  events,
  elements,
  channels,
  storage,
  platform,
  notReached,
].flatMap(({ points }) => points)
