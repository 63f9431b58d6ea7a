import { type FollowAwaitsOptions, isIn, patterns } from './followAwaitsOptions'
import { createLeftAlone, type LeftAlone } from './leftAlone'
import { OWN_FOLDER } from './ownFolder'
import { type AstNode, type Rewritten, readAwaits, rewriteOperands } from './rewriteAwaits'

/** For the bundlers' messages. */
export const PLUGIN_NAME = 'codomyrmex-follow-awaits'

/** What no module without an `await` matches. */
export const AWAITS = /\b(?:await|yield)\b/

const NEVER = [
  /\/@codomyrmex[/_]telemetry\b/,
  /\/zone\.js\b/,
  /\/vite\/dist\/client\//,
  OWN_FOLDER.replaceAll('\\', '/'), // by whatever name a bundler's alias calls it
]
const COMMON_JS_FILE = /\.c[jt]s(?:\?|$)/

/** A module as a bundler gives it. */
interface ModuleText {
  /** Its path, with the bundler's query. */
  readonly id: string
  readonly code: string
  /** Whether the bundler takes it for CommonJS, whatever its text looks like. */
  readonly isCommonJs?: boolean
  /** What the helper is imported from. */
  readonly helper: string
  /** Gives the ESTree; throws, or gives `null`, where there is none. */
  parse(): unknown
}

/** What is the same in every bundler: which modules, which text for them, which are left. */
export interface AwaitRewriter {
  /** Asked before a module's text is read. */
  isWanted(id: string): boolean
  /** `undefined`: the module stays as it is. */
  rewrite(module: ModuleText): Rewritten | undefined
  /** See {@link LeftAlone.takeNotice}; `null` too when the options say so. */
  takeNotice(): string | null
}

export function createAwaitRewriter(
  options: FollowAwaitsOptions,
  leftAlone: LeftAlone = createLeftAlone(),
): AwaitRewriter {
  const include = patterns(options.include)
  const exclude = [...NEVER, ...patterns(options.exclude)]
  return {
    isWanted(id) {
      if (id.startsWith('\0')) return false // made by another plugin, for itself
      const path = id.replaceAll('\\', '/')
      return (include.length === 0 || isIn(include, path)) && !isIn(exclude, path)
    },
    rewrite({ id, code, helper, isCommonJs = COMMON_JS_FILE.test(id), parse }) {
      if (!AWAITS.test(code)) return
      const program = parsed(parse)
      const found = program && readAwaits(program)
      if (!program || !found || found.operands.length === 0) return
      if (isCommonJs || found.isCommonJs) leftAlone.add(id)
      else return rewriteOperands(code, program, found.operands, helper, id)
    },
    takeNotice: () => (options.quiet ? null : leftAlone.takeNotice()),
  }
}

/** What does not parse is no module, or the bundler tells its reader why, better than we could. */
function parsed(parse: () => unknown): AstNode | null {
  try {
    return parse() as AstNode | null
  } catch {
    return null
  }
}
