// @ts-check
// The tables of docs/options.md are made of the declarations and their comments: each `<!-- options: file, interface, prefix -->` has its table up to
// the next `<!-- end -->`. Fails when they differ; `--update` writes them anew.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { ROOT } from './runTool.mjs'

const PAGE = join(ROOT, 'docs/options.md')
const MARK = /(<!-- options: (\S+), (\w+)(?:, (\S+))? -->\n)[\s\S]*?(<!-- end -->)/g

const found = readFileSync(PAGE, 'utf8')
const wanted = found.replace(
  MARK,
  (_, begin, file, name, prefix = '', end) => `${begin}\n${tableOf(file, name, prefix)}\n\n${end}`,
)
if (process.argv.includes('--update')) writeFileSync(PAGE, wanted)
else if (wanted !== found) {
  console.error('docs/options.md does not say what the declarations say: `npm run api` writes its tables anew.')
  process.exitCode = 1
}

/**
 * @param {string} file
 * @param {string} name of an interface
 * @param {string} prefix of its options
 */
function tableOf(file, name, prefix) {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true)
  const declared = source.statements.filter(ts.isInterfaceDeclaration).find((one) => one.name.text === name)
  if (!declared) throw new Error(`${file} declares no interface ${name}`)
  const rows = declared.members.map((member) => rowOf(member, prefix))
  return ['| option | default | |', '| --- | --- | --- |', ...rows].join('\n')
}

/**
 * @param {ts.TypeElement} member
 * @param {string} prefix
 */
function rowOf(member, prefix) {
  const name = member.name?.getText()
  const comment = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc)
  const given = comment?.tags?.find(({ tagName }) => tagName.text === 'default')
  const cells = [`\`${prefix}${name}\``, plain(given?.comment) || 'none', plain(comment?.comment)]
  return `| ${cells.join(' | ')} |`
}

/** @param {Parameters<typeof ts.getTextOfJSDocComment>[0]} comment */
function plain(comment) {
  return (ts.getTextOfJSDocComment(comment) ?? '')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .trim()
}
