type Work = (lock: object | null) => unknown

/** As much of `navigator.locks` as there is use for: exclusive locks that are given at once or not at all. */
export function fakeLocks(): {
  readonly held: Set<string>
  request(name: string, options: object, work: Work): unknown
} {
  const held = new Set<string>()
  return {
    held,
    async request(name, _options, work) {
      await null // the answer comes from another process
      if (held.has(name)) return await work(null)
      held.add(name)
      try {
        return await work({ name })
      } finally {
        held.delete(name)
      }
    },
  }
}
