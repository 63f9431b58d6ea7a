// The one numbered list of places where work goes on later, by the rules of TC39's AsyncContext and its web integration. Runs
// in the page, as it is written: see support/serveModule.ts.
import { awaits } from './points/awaits'
import { channels } from './points/channels'
import { classes } from './points/classes'
import { completions } from './points/completions'
import { databases } from './points/databases'
import { disposals } from './points/disposals'
import { elements } from './points/elements'
import { errors } from './points/errors'
import { events } from './points/events'
import { generators } from './points/generators'
import { loading } from './points/loading'
import { media } from './points/media'
import { modules } from './points/modules'
import { navigation } from './points/navigation'
import { network } from './points/network'
import { notReached } from './points/notReached'
import { observers } from './points/observers'
import { platform } from './points/platform'
import type { ContextPoint } from './points/point'
import { requests } from './points/requests'
import { storage } from './points/storage'
import { streams } from './points/streams'
import { thens } from './points/thens'
import { timers } from './points/timers'
import { visitor } from './points/visitor'

/** @public The page imports it when it runs. */
export const contextPoints: readonly ContextPoint[] = [
  awaits,
  thens,
  classes,
  generators,
  disposals,
  network,
  storage,
  platform,
  notReached,
  timers,
  completions,
  events,
  navigation, // before there are frames, whose history is the page's
  requests,
  databases,
  channels,
  loading,
  media,
  elements,
  observers,
  streams,
  modules,
  errors,
  visitor,
].flatMap(({ points }) => points)
