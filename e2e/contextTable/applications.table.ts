import { rmSync } from 'node:fs'
import * as applications from '../applications/applications'
import { type Application, buildApplication, CONTESTANTS } from '../applications/supportBuild'
import { visit } from '../applications/supportVisit'
import { test } from '../support/test'
import { VISIT, type VisitOfApplication } from './applicationTable'

for (const application of Object.values<Application>(applications))
  for (const contestant of CONTESTANTS) {
    if (contestant.isLate && !application.early) continue
    test(`${application.title}: ${contestant.name}`, async ({ page }, info) => {
      const outDir = await buildApplication(application, contestant)
      try {
        const body: VisitOfApplication = {
          application: application.title,
          contestant: contestant.name,
          visit: await visit(page, application, outDir),
        }
        await info.attach(VISIT, { body: JSON.stringify(body), contentType: 'application/json' })
      } finally {
        rmSync(outDir, { recursive: true, force: true })
      }
    })
  }
