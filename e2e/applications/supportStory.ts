import type { Where } from './supportFlow'
import type { FlowRequest } from './supportJudge'
import type { ApplicationServer } from './supportServer'
import { until } from './supportUntil'

/** What an application asks for when the visitor does something. */
export interface Requests {
  /** When it starts. */
  readonly boot: readonly Where[]
  readonly add: readonly Where[]
  readonly refresh: readonly Where[]
  readonly filter: readonly Where[]
  /** Beside the session, which the first one loads for both. */
  readonly save: readonly Where[]
  readonly open: readonly Where[]
  readonly back: readonly Where[]
  /** When the browser goes back in its history, for an application with a router. */
  readonly history?: readonly Where[]
}

/** Somebody at the page. */
export interface Visitor {
  open(url: string): Promise<void>
  /** Clicks on the element of that id, as soon as there is one. */
  click(id: string): Promise<void>
  /** Until the page has had the answers of these requests, and its framework has shown them. */
  settled(requests: readonly FlowRequest[]): Promise<void>
  /** Goes back to the page before. */
  goBack(): Promise<void>
}

/** The address of a request without its span, for a list that can be read. */
export const addressOf = ({ flow, where }: Pick<FlowRequest, 'flow' | 'where'>) => `${flow} ${where}`

/** How many spans the visitor's doings have, with the start of the application. */
export const ACTIONS = 13

/** Everything that {@link actOut} makes an application ask for, sorted. */
export function allRequests(requests: Requests): readonly string[] {
  const { boot, add, refresh, filter, save, open, back, history = [] } = requests
  const flows: readonly (readonly [flow: string, readonly Where[]])[] = [
    ['help-1', ['handler']],
    ['boot', boot],
    ...[1, 2, 3, 4, 5, 6].map((index) => [`add-${index}`, add] as const),
    ...[1, 2].map((index) => [`nobody-${index}`, refresh] as const),
    ['nobody-3', back],
    ['nobody-4', history],
    ['filter-1', filter],
    ['save-1', ['handler', ...save]],
    ['save-2', save],
    ...[1, 2].map((index) => [`open-${index}`, open] as const),
  ]
  return flows.flatMap(([flow, wheres]) => wheres.map((where) => addressOf({ flow, where }))).sort()
}

/**
 * A visit: a click while the application still starts, actions one by one, two at once whose answers come in the other order,
 * an action and a click of nobody in between, an action during a navigation, a double click, two actions that wait for the
 * same promise, and the way back by the browser's own button.
 */
export async function actOut(visitor: Visitor, server: ApplicationServer, requests: Requests): Promise<void> {
  const { boot, add, refresh, filter, save, open, back, history } = requests
  const done = async (flow: string, wheres: readonly Where[]) => {
    await until(
      () => `${flow} asks for ${wheres}, after ${server.answered.map(addressOf).join(', ')}`,
      () => containsAll(placesOf(server.answered, flow), wheres),
    )
    await visitor.settled(server.answered)
  }
  const hold = (action: string, where: Where) =>
    server.hold((request) => request.flow.startsWith(action) && request.where === where)

  const configuration = hold('boot', 'config')
  await visitor.open(server.url)
  await configuration.waiting(1)
  await visitor.click('help')
  await done('help-1', ['handler'])
  configuration.open()
  await done('boot', boot)

  await visitor.click('add')
  await done('add-1', add)
  await visitor.click('refresh')
  await done('nobody-1', refresh)
  await visitor.click('filter')
  await done('filter-1', filter)

  const twoAdds = hold('add', 'handler')
  await visitor.click('add')
  await visitor.click('add')
  await twoAdds.waiting(2)
  await visitor.click('refresh')
  await done('nobody-2', refresh)
  twoAdds.open('add-3')
  await done('add-3', add)
  twoAdds.open('add-2')
  await done('add-2', add)

  const navigation = hold('open', open[0] ?? 'loader')
  await visitor.click('open')
  await navigation.waiting(1)
  await visitor.click('add')
  await done('add-4', add)
  navigation.open()
  await done('open-1', open)
  await visitor.click('back')
  await done('nobody-3', back)

  const doubleClick = hold('add', 'handler')
  await Promise.all([visitor.click('add'), visitor.click('add')])
  await doubleClick.waiting(2)
  doubleClick.open('add-5')
  await done('add-5', add)
  doubleClick.open('add-6')
  await done('add-6', add)

  const session = hold('save', 'handler')
  await visitor.click('save')
  await session.waiting(1)
  await visitor.click('save')
  session.open()
  await Promise.all([done('save-1', ['handler', ...save]), done('save-2', save)])

  await visitor.click('open')
  await done('open-2', open)
  if (!history) return
  await visitor.goBack()
  await done('nobody-4', history)
}

const placesOf = (requests: readonly FlowRequest[], flow: string) =>
  requests.filter((request) => request.flow === flow).map(({ where }) => where)

function containsAll(found: readonly Where[], wanted: readonly Where[]): boolean {
  const rest = [...found]
  return wanted.every((where) => {
    const index = rest.indexOf(where)
    if (index >= 0) rest.splice(index, 1)
    return index >= 0
  })
}
