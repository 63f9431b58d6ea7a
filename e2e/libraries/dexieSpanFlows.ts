import { Dexie, type Table } from 'dexie'
import { createNotes, inEach, own } from './flow'
import { here } from './recipes/here'

async function flows(keep: typeof here) {
  const { seen, note } = createNotes()
  const db = new Dexie('spans') as Dexie & { notes: Table<{ id?: number; who: string }, number> }
  db.version(1).stores({ notes: '++id' })
  await inEach(async (who) => {
    const inSpan = keep()
    await db.transaction('rw', db.notes, async () => {
      inSpan(() => note('a transaction begins', who))
      await db.notes.add({ who })
      inSpan(() => note('behind await of a request in a transaction', who))
    })
    inSpan(() => note('behind await of a transaction', who))
  })
  await inEach(async (who) => {
    const inSpan = keep()
    await own()
    note('behind an await outside of transactions', who)
    await db.notes.count()
    inSpan(() => note('behind await of a request', who))
  })
  db.close() // the database goes with the origin of the test
  return seen
}

export const plain = () => flows(() => (run) => run())
export const withRecipe = () => flows(here)
