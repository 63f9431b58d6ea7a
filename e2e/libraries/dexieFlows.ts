import { Dexie, type Table } from 'dexie'
import { createTrail, flow, inFlow } from './flow'

class Notes extends Dexie {
  declare notes: Table<{ id?: number; flow: string; step: number }, number>

  constructor(name: string) {
    super(name)
    this.version(1).stores({ notes: '++id, flow' })
  }
}

type Work = (db: Notes, name: string, at: (where: string) => void) => Promise<Readonly<Record<string, unknown>>>

const own = async () => {}

const WORKS: Readonly<Record<string, Work>> = {
  /** One readwrite transaction with native awaits of several kinds between its requests. */
  async transaction(db, name, at) {
    const transactions = new Set<unknown>()
    const look = (where: string) => {
      at(where)
      transactions.add(Dexie.currentTransaction)
    }
    const before = Dexie.currentTransaction
    const kept = await db.transaction('rw', db.notes, async () => {
      look('the callback begins')
      await own()
      look('await of an async function')
      await Promise.resolve(1)
      look('await of Promise.resolve')
      await db.notes.add({ flow: name, step: 1 })
      look('await of a request')
      await own()
      look('await of an async function behind a request')
      await Promise.all([db.notes.add({ flow: name, step: 2 }), own()])
      look('await of Promise.all')
      await db.notes.add({ flow: name, step: 3 }).then(() => look('then of a request'))
      await (async () => {
        await own()
        look('await in an inner function')
        await db.notes.add({ flow: name, step: 4 })
        look('await of a request in an inner function')
      })()
      look('await of the inner function')
      return db.notes.where({ flow: name }).sortBy('step')
    })
    at('behind the transaction')
    return {
      steps: kept.map(({ step }) => step),
      isOneTransaction: transactions.size === 1 && !transactions.has(null),
      isOutside: before === null && Dexie.currentTransaction === null,
    }
  },

  /** What a transaction that throws behind a native await leaves in the database. */
  async failure(db, name, at) {
    const mark = `${name} failed`
    let message = ''
    try {
      await db.transaction('rw', db.notes, async () => {
        await db.notes.add({ flow: mark, step: 1 })
        await own()
        throw new Error(`on purpose in ${name}`)
      })
    } catch (error) {
      message = (error as Error).message
      at('catch of the transaction')
    }
    return { message, left: await db.notes.where({ flow: mark }).count() }
  },

  /** A transaction inside a transaction, and work in between that leaves it. */
  nested: (db, name, at) =>
    db.transaction('rw', db.notes, async (outer) => {
      const inner = await db.transaction('rw', db.notes, async (transaction) => {
        await own()
        await db.notes.add({ flow: name, step: 1 })
        at('await in the inner transaction')
        return { isIn: Dexie.currentTransaction === transaction, isChild: transaction.parent === outer }
      })
      const isLeft = await Dexie.ignoreTransaction(async () => Dexie.currentTransaction === null)
      at('behind the inner transaction')
      return { ...inner, isLeft, isBack: Dexie.currentTransaction === outer }
    }),

  /** Spans that begin and end inside a transaction. */
  spans: (db, name, at) =>
    db.transaction('rw', db.notes, async (transaction) => {
      const isIn: boolean[] = []
      for (const step of [1, 2])
        await inFlow(name, async () => {
          await own()
          at(`await in span ${step} of a transaction`)
          isIn.push(Dexie.currentTransaction === transaction)
          await db.notes.add({ flow: name, step })
          isIn.push(Dexie.currentTransaction === transaction)
        })
      return { isIn, count: await db.notes.where({ flow: name }).count() }
    }),
}

type Outcome = Readonly<Record<string, unknown>>
type Places = Readonly<Record<string, string | null>>

/** Walks all works, each in every flow at the same time (`null`: in none), in a database that is open already or not yet. */
export async function dexieFlows(names: readonly (string | null)[], isOpen: boolean) {
  const outcomes: Outcome[] = []
  const places: Record<string, Places> = {}
  for (const [what, work] of Object.entries(WORKS)) {
    const db = new Notes(`${what} ${names.join()}`)
    if (isOpen) await db.open()
    const running = names.map(async (name) => {
      const trail = createTrail()
      const run = () => work(db, name ?? 'none', trail.at)
      const outcome = await (name === null ? run() : inFlow(name, run))
      places[`${what}: ${name}`] = trail.places
      return outcome
    })
    outcomes.push(...(await Promise.all(running)), { what, total: await db.notes.count(), flow: flow() })
    db.close()
    await Dexie.delete(db.name)
  }
  return { outcomes, places }
}

/** The very first span of the page begins inside a transaction, where Dexie has put its own promise in the place of `Promise`. */
export async function firstSpanInTransaction() {
  const db = new Notes('first span')
  const transaction = await db.transaction('rw', db.notes, async (current) => {
    await db.notes.add({ flow: 'first', step: 1 })
    return inFlow('first', async () => {
      await own()
      const seen = { flow: flow(), isIn: Dexie.currentTransaction === current }
      await db.notes.add({ flow: 'first', step: 2 })
      return seen
    })
  })
  const count = await db.notes.count()
  db.close()
  await Dexie.delete(db.name)
  const promise = own()
  const isSame = inFlow('later', () => Promise.resolve(promise) === promise)
  const then = Object.getOwnPropertyDescriptor(Dexie.Promise.prototype, 'then')
  return { transaction, count, isSame, then }
}
