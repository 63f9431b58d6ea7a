// zone.js alone, with a zone in the place of a span: what lowered code keeps, and what that costs.
import 'zone.js'
import { expose } from './expose'

interface Zone {
  fork(spec: { name: string }): Zone
  run<T>(work: () => T): T
}

const { Zone } = globalThis as unknown as { Zone: { current: Zone } }

expose((work) => Zone.current.fork({ name: 'bench' }).run(work))
