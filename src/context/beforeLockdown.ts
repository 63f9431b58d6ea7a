import { bare, descriptorOf } from '../lib/bare'

const page = globalThis as Record<string, unknown>

/**
 * Calls `stepAside` before SES (https://github.com/endojs/endo) locks the page down: it wants the language's objects as they were,
 * and stops half-way where it finds an accessor of ours. SES may also be loaded later: it assigns these names. Returns the undo.
 */
export function beforeLockdown(stepAside: () => void): () => void {
  const undos = ['lockdown', 'repairIntrinsics'].map((name) => {
    let given = page[name]
    const ours = (...args: unknown[]): unknown => {
      undo()
      stepAside()
      return (given as (...args: unknown[]) => unknown)(...args)
    }
    const get = () => (typeof given === 'function' ? ours : given)
    const set = (value: unknown) => {
      given = value
    }
    const undo = () => {
      if (descriptorOf(page, name)?.get !== get) return
      delete page[name]
      if (given !== page[name]) page[name] = given
    }
    Reflect.defineProperty(page, name, bare({ configurable: true, get, set }))
    return undo
  })
  return () => {
    for (const undo of undos) undo()
  }
}
