import { deleteDB, type IDBPDatabase, openDB } from 'idb'
import { createNotes, inEach, type Who } from './flow'

export async function plain() {
  const { seen, note } = createNotes()
  let opening: Promise<IDBPDatabase> | null = null
  const open = (who: Who) => {
    opening ??= openDB('idb', 1, {
      upgrade(db) {
        note('upgrade()', who)
        db.createObjectStore('notes', { autoIncrement: true })
      },
      blocking: () => {},
    })
    return opening
  }
  await inEach(async (who) => {
    const db = await open(who)
    note('behind await of a database that the first flow opened', who)
    const transaction = db.transaction('notes', 'readwrite')
    transaction.addEventListener('complete', () => note('complete of a transaction', who))
    const key = await transaction.store.add(who)
    note('behind await add()', who)
    for await (const cursor of transaction.store) {
      note('in a loop over a store', who)
      if (cursor.key === key) await cursor.update(`${who} again`)
    }
    note('behind a loop over a store', who)
    await transaction.done
    note('behind await done', who)
    const value = await db.get('notes', key)
    note('behind await get()', who)
    if (value !== `${who} again`) throw new Error(`${who} was given ${value}`)
  })
  const db = await open('none')
  db.close()
  await deleteDB('idb')
  return seen
}
