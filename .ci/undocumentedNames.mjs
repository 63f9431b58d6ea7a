// @ts-check
// Finds the public names that an editor shows without a word of explanation.
// Not API Extractor's own check: it does not see that a method takes the text of the interface that its class implements.
import ts from 'typescript'

/**
 * @param {string} entry the type declarations of the package
 * @param {string} tsconfig
 * @returns {string[]} `Name` or `Name.member`
 */
export function undocumentedNames(entry, tsconfig) {
  const config = ts.getParsedCommandLineOfConfigFile(tsconfig, { noEmit: true }, /** @type {any} */ (ts.sys))
  const program = ts.createProgram([entry], config?.options ?? {})
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(entry)
  const module = source && checker.getSymbolAtLocation(source)
  if (!module) throw new Error(`${entry} exports nothing.`)

  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const members = membersOf(symbol, checker).filter((member) => !isDocumented(member, checker))
    const own = isDocumented(symbol, checker) ? [] : [exported.name]
    return [...own, ...members.map((member) => `${exported.name}.${member.name}`)]
  })
}

/**
 * The members that we declared: not those of DOM or language types, and no private ones.
 * @param {ts.Symbol} symbol
 * @param {ts.TypeChecker} checker
 */
function membersOf(symbol, checker) {
  if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias))) return []
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  if (!(type.flags & ts.TypeFlags.Object)) return []
  return checker.getPropertiesOfType(type).filter(({ declarations = [] }) => declarations.some(isOurs))
}

/** @param {ts.Declaration} declaration */
function isOurs(declaration) {
  const isPrivate = ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private
  return !isPrivate && !declaration.getSourceFile().fileName.split(/[\\/]/).includes('node_modules')
}

/**
 * @param {ts.Symbol} symbol
 * @param {ts.TypeChecker} checker
 */
function isDocumented(symbol, checker) {
  if (hasText(symbol, checker)) return true
  const [declaration] = symbol.declarations ?? []
  if (!declaration) return false
  const meant = checker.getTypeOfSymbolAtLocation(symbol, declaration).symbol // of `name: typeof name`
  return meant !== undefined && Boolean(meant.flags & ts.SymbolFlags.Function) && hasText(meant, checker)
}

/**
 * @param {ts.Symbol} symbol
 * @param {ts.TypeChecker} checker
 */
const hasText = (symbol, checker) =>
  symbol.getDocumentationComment(checker).length > 0 || symbol.getJsDocTags(checker).length > 0
