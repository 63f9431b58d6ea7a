const MOST_NAMES = 10 // more is no message any more, but a list that nobody reads

/** The CommonJS modules of a build whose awaits were left as they are. */
export interface LeftAlone {
  add(id: string): void
  /** One sentence that names them; `null` when it would say nothing new, as after most changes of a watched file. */
  takeNotice(): string | null
}

export function createLeftAlone(): LeftAlone {
  const names = new Set<string>()
  let told = 0
  return {
    add: (id) => names.add(nameOf(id)),
    takeNotice() {
      if (names.size === told) return null
      told = names.size
      const sorted = [...names].sort()
      const more = sorted.length - MOST_NAMES
      const list = sorted.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '')
      return `followAwaits left these as they are, since they are CommonJS and not ES modules (in them a span ends at an await of what is no promise): ${list}`
    },
  }
}

/** The package, or for a module that is in none its path from here. */
function nameOf(id: string): string {
  const path = id.replaceAll('\\', '/').replace(/[?#].*$/, '')
  const [, inPackage] = /.*\/node_modules\/(.+)/.exec(path) ?? []
  if (inPackage) return /^(?:@[^/]+\/)?[^/]+/.exec(inPackage)![0]
  const here = `${process.cwd().replaceAll('\\', '/')}/`
  return path.startsWith(here) ? path.slice(here.length) : path
}
