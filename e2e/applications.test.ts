import { rmSync } from 'node:fs'
import * as applications from './applications/applications'
import {
  type Application,
  buildApplication,
  type Contestant,
  LATE,
  LOWERED,
  PLAIN,
  WITH_PLUGIN,
} from './applications/supportBuild'
import { type Judged, tally, type Visit } from './applications/supportJudge'
import { ACTIONS, addressOf, allRequests } from './applications/supportStory'
import { visit } from './applications/supportVisit'
import { expect, test } from './support/test'

/** One request a line, with what it got. */
const told = ({ flow, where, parent, verdict }: Judged) => `${verdict}: ${addressOf({ flow, where })} under ${parent}`

const isOf = ({ early }: Application, { isLate }: Contestant) => !isLate || early !== undefined

for (const application of Object.values<Application>(applications))
  test.describe(application.title, () => {
    const contestants = [PLAIN, WITH_PLUGIN, LOWERED, LATE].filter((contestant) => isOf(application, contestant))
    const built = new Map<Contestant, string>()

    test.beforeAll(async () => {
      test.setTimeout(120_000) // four builds of a framework
      for (const contestant of contestants) built.set(contestant, await buildApplication(application, contestant))
    })

    test.afterAll(() => {
      for (const outDir of built.values()) rmSync(outDir, { recursive: true, force: true })
    })

    for (const contestant of contestants)
      test(`${contestant.name}: what the visitor does is the root of its trace, and no request has another flow’s span @engines`, async ({
        page,
        told: messages,
      }) => {
        const found = await visit(page, application, built.get(contestant) ?? '')

        expect(found.requests.map(addressOf).sort()).toEqual(allRequests(application.requests))
        expect({ actions: found.actions, underOthers: found.actionsUnderOthers }).toEqual({
          actions: ACTIONS,
          underOthers: [],
        })
        expect(found.requests.filter(({ verdict }) => verdict === 'wrong').map(told)).toEqual([])
        if (contestant.followsEveryAwait) expect(missedByHandlers(found)).toEqual([])
        expect(tally(found.requests)).toEqual({ wrong: 0, ...application.kept[contestant.key] })
        expect(messages).toEqual([])
      })
  })

/** What is not under its action although no framework's queue lies between. */
const missedByHandlers = ({ requests }: Visit) =>
  requests.filter(({ where, verdict }) => where !== 'effect' && verdict !== 'right').map(told)
