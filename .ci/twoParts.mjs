// @ts-check
// The script-tag files from the chunks of the build: what starts a page, and what is loaded later. The second one imports nothing: by
// which address the first was loaded only the page knows (`?v=1`), and an import of another address would start it once more. So the
// first one hands over what both use:
//
//   import { a, b } from './telemetry.min.js'; …; export { Sender }    →    export default (a, b) => { …; return { Sender } }
//   import('./telemetry.delivery.js')                                  →    (async () => (await import(…)).default(a, b))()
//
// What a browser could not load once some of them never ask for again (https://github.com/whatwg/html/issues/6768), so each further time
// it has another address.
//
// Members are given the same short names in both, and the name of the second file is made of its content: pages that are open find
// theirs after a deployment.
import { createHash } from 'node:crypto'
import { parse } from '@babel/parser'
import remapping from '@jridgewell/remapping'
import MagicString from 'magic-string'
import { minify } from 'terser'
import { alikeTogether } from './alikeTogether.mjs'
import { takeSentences } from './laterSentences.mjs'

/** @typedef {{ code: string, map: import('@jridgewell/remapping').SourceMapInput }} Built */

const HASH = '00000000'

/**
 * @param {import('terser').MinifyOptions} options
 * @param {string} banner
 * @returns {import('vite').Plugin}
 */
export function twoParts(options, banner) {
  return {
    name: 'two-parts',
    enforce: 'post',
    async generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const first = chunks.find(({ isEntry }) => isEntry)
      const [second, ...more] = chunks.filter((chunk) => chunk !== first)
      if (!first || more.length > 0)
        throw new Error(`expected two parts, found ${chunks.map((chunk) => chunk.fileName)}`)
      const publicNames = new Set(this.getModuleInfo(first.facadeModuleId ?? '')?.exports)
      if (publicNames.size === 0) throw new Error('the build does not tell what the first part exports')
      const files = second
        ? joined(first, second, publicNames)
        : [{ code: first.code, map: /** @type {any} */ (first.map) }]
      const nameCache = {}
      /** @type {Built[]} */
      const small = []
      for (const file of files) small.push(await smaller(file, { ...options, nameCache }))
      const [head, tail] = /** @type {[Built, Built | undefined]} */ (small)
      let { code } = head
      for (const name of Object.keys(bundle)) delete bundle[name]
      if (second && tail) {
        const hash = createHash('sha256').update(tail.code).digest('hex').slice(0, HASH.length)
        const name = second.fileName.replace(HASH, hash)
        if (code.split(second.fileName).length !== 3) throw new Error(`${second.fileName} is not asked for once`)
        code = code.replaceAll(second.fileName, name)
        emit(this, name, tail, banner)
      }
      emit(this, first.fileName, { code, map: head.map }, banner)
    },
  }
}

/**
 * @param {{ emitFile: (file: { type: 'asset', fileName: string, source: string }) => unknown }} context
 * @param {string} fileName
 * @param {Built} built
 * @param {string} banner
 */
function emit(context, fileName, { code, map }, banner) {
  const lines = banner.split('\n').length
  const parsed = typeof map === 'string' ? JSON.parse(map) : map
  const shifted = { ...parsed, file: fileName, mappings: ';'.repeat(lines) + parsed.mappings }
  context.emitFile({ type: 'asset', fileName, source: `${banner}\n${code}\n//# sourceMappingURL=${fileName}.map` })
  context.emitFile({ type: 'asset', fileName: `${fileName}.map`, source: JSON.stringify(shifted) })
}

/**
 * @param {Built} file
 * @param {import('terser').MinifyOptions} options
 * @returns {Promise<Built>}
 */
async function smaller({ code, map }, options) {
  const made = await minify(code, { ...options, module: true, sourceMap: { content: /** @type {any} */ (map) } })
  if (typeof made.code !== 'string') throw new Error('terser gave nothing')
  const small = withMap(alikeTogether(made.code), { map: made.map })
  bodyOf(small.code) // throws where it is no module any more
  return small
}

/**
 * @typedef {{ code: string, map: unknown, fileName: string, exports: string[], facadeModuleId: string | null }} Chunk
 * @param {Chunk} first
 * @param {Chunk} second
 * @param {Set<string>} publicNames of the first
 * @returns {[Built, Built]}
 */
function joined(first, second, publicNames) {
  const shared = new Map() // by the name that the first one exports: what the second one calls it
  const tail = new MagicString(second.code)
  /** @type {string[]} */
  const given = []
  for (const node of bodyOf(second.code)) {
    if (node.type === 'ImportDeclaration') {
      if (node.source.value !== `./${first.fileName}`) throw new Error(`the second part imports ${node.source.value}`)
      for (const [imported, local] of namesIn(node)) shared.set(imported, local)
      tail.remove(node.start ?? 0, node.end ?? 0)
    } else if (node.type === 'ExportNamedDeclaration') {
      for (const [exported, local] of namesIn(node)) given.push(`${exported}: ${local}`)
      tail.remove(node.start ?? 0, node.end ?? 0)
    }
  }
  tail.prepend(`export default (${[...shared.values()].join(', ')}) => {\n`)
  tail.append(`\nreturn { ${given.join(', ')} }\n}`)

  const head = new MagicString(first.code)
  /** @type {Map<string, string>} */
  const locals = new Map()
  for (const node of bodyOf(first.code)) {
    if (node.type !== 'ExportNamedDeclaration') continue
    /** @type {string[]} */
    const kept = []
    for (const [exported, local] of namesIn(node)) {
      locals.set(exported, local)
      if (publicNames.has(exported)) kept.push(`${local} as ${exported}`)
    }
    head.overwrite(node.start ?? 0, node.end ?? 0, `export { ${kept.join(', ')} };`)
  }
  const ask = new RegExp(`import\\(\\s*(['"\`])\\./${second.fileName.replaceAll('.', '\\.')}\\1\\s*\\)`, 'g')
  const calls = [...first.code.matchAll(ask)]
  if (calls.length !== 1) throw new Error(`the second part is asked for ${calls.length} times`)
  const { index, 0: call } = /** @type {RegExpExecArray} */ (calls[0])
  const args = [...shared.keys()].map((name) => locals.get(name) ?? name)
  const address = `asked++ ? './${second.fileName}?' + asked : './${second.fileName}'` // a bundler knows the second one for a file
  head.overwrite(index, index + call.length, `(async () => (await import(${address})).default(${args.join(', ')}))()`)
  head.prepend('let asked = 0\n')
  const place = '__SENTENCES__'
  if (second.code.split(place).length !== 2) throw new Error(`the second part does not name ${place} once`)
  tail.replace(place, () => JSON.stringify(takeSentences(parsed(first.code), head)))
  return [withMap(head, first), withMap(tail, second)]
}

/**
 * What an import or an export is called outside of the file, and inside.
 * @param {Extract<ReturnType<typeof bodyOf>[number], { type: 'ImportDeclaration' | 'ExportNamedDeclaration' }>} node
 * @returns {[outside: string, inside: string][]}
 */
function namesIn({ specifiers }) {
  return specifiers.map((one) => {
    if (one.type === 'ImportSpecifier' && one.imported.type === 'Identifier') return [one.imported.name, one.local.name]
    if (one.type === 'ExportSpecifier' && one.exported.type === 'Identifier') return [one.exported.name, one.local.name]
    throw new Error(`${one.type} is of another kind`)
  })
}

/**
 * @param {MagicString} changed
 * @param {{ map?: unknown }} before
 * @returns {Built}
 */
function withMap(changed, { map }) {
  const own = /** @type {any} */ (changed.generateMap({ hires: true }))
  return {
    code: changed.toString(),
    map: /** @type {any} */ (map ? remapping([own, /** @type {any} */ (map)], () => null) : own),
  }
}

/** @param {string} code */
const bodyOf = (code) => parsed(code).body

/** @param {string} code */
const parsed = (code) => parse(code, { sourceType: 'module' }).program
