// The flows of the unit tests, and steps that only a page can take. Runs in the page, as it is written.
import { counted, OPS, runFlows } from '../../test/support/flows'
import { createCommons } from './commons'
import { createPatternOps } from './patternOps'
import { createPlatformOps } from './platformOps'

const openDatabase = () =>
  new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(`stress-${performance.timeOrigin}`)
    request.onupgradeneeded = () => request.result.createObjectStore('things')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

/** @public Runs the flows of one seed, and tells what went wrong, by name and how often. */
export async function stress(seed: number, flows: number, steps: number) {
  const database = await openDatabase()
  const commons = createCommons()
  Object.assign(OPS, createPlatformOps(commons, database), createPatternOps(commons))
  const { points, wrong, lost } = await runFlows(seed, flows, steps)
  await new Promise((resolve) => setTimeout(resolve))
  database.close()
  const left = api.getCurrentSpan()?.getSpanId() ?? null
  return { points, wrong: counted(wrong), lost: counted(lost), left }
}
