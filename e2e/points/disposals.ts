import { createPoints, type Look, later } from './point'

/** `using` and `await using`. Their words are text, since an engine without them could not read this file otherwise. */
export const disposals = createPoints()
const { kept } = disposals.by('promise', 'then and await')

type Body = (look: Look, tools: typeof TOOLS) => Promise<string | null>

const TOOLS = {
  later,
  /** Disposed later, and tells what `look` said while it was. */
  resource: (look: Look, seen: (string | null)[] = []) => ({
    async [Symbol.asyncDispose ?? Symbol()]() {
      await later(1)
      seen.push(look())
    },
    [Symbol.dispose ?? Symbol()]() {
      seen.push(look())
    },
  }),
}

const AsyncFunction = (async () => {}).constructor as new (...words: string[]) => Body

const compiled = (words: string): Body | null => {
  try {
    return new AsyncFunction('look', '{ later, resource }', words)
  } catch {
    return null
  }
}

const withWords = (name: string, words: string) => {
  const body = compiled(words)
  kept(
    name,
    (look) => body!(look, TOOLS),
    () => body !== null && 'asyncDispose' in Symbol,
  )
}

withWords('inside a block with using, after its await', '{ using r = resource(look); await later(1); return look() }')
withWords(
  'in dispose of using, after an await',
  'const seen = []; { using r = resource(look, seen); await later(1) } return seen[0]',
)
withWords('behind a block with using', '{ using r = resource(look); await later(1) } return look()')
withWords('behind a block with await using', '{ await using r = resource(look) } return look()')
withWords(
  'in asyncDispose of await using, after its await',
  'const seen = []; { await using r = resource(look, seen); await later(1) } return seen[0]',
)
withWords(
  'behind a block with two of await using',
  '{ await using a = resource(look), b = resource(look) } await later(1); return look()',
)
withWords(
  'behind a loop of for await with await using',
  'for (await using r of [resource(look), resource(look)]) await later(1); return look()',
)
