// @ts-check
// Names of members that nobody outside of the package can see: the file for a script tag has short ones in their place.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { zoneWords } from './embedZone.mjs'
import { ROOT } from './runTool.mjs'

/**
 * Besides what is `private`, the members of these: their objects stand neither in a page's hands, in storage or on the wire, nor does
 * another copy of the package on the page get them. Of this one the readers are in `src/context`, of which no name is changed.
 */
export const INNER = new Set(
  `AskedOnce AttributeList Batch Batcher Delivery DeliveryParts Events Flight HttpSpan JsonWriter KnownCollector KnownHeaders LaneOptions Lanes
  Held Keeper Once OpenSpans OtlpWriter Outbox OutboxDatabase OutboxFlights OutboxMemory OutboxSnapshot Pace PageOutbox Parcel Pass Prepared ProtobufWriter ReadCall RecordingSpan Redaction Requests ReverseBuffer
  Sealed Sealer Sender SenderParts Sending Started Syntax Unheard
  SpanMaker Stash StoredDelivery StoredRequest TracerHost Waiting`.split(/\s+/),
)

const WORDS = /[\w$]+/g

/** What these are given is a sentence for people: a name that is a word of it is not asked for by that. */
const TELLING = /^(?:report|ignored|guard|Error|TypeError)$/

/**
 * A name is private only where all of its declarations are, and where nothing else has that word: the public API, a string of ours,
 * zone.js, the platform.
 */
export function privateNames() {
  const src = join(ROOT, 'src')
  /** @type {Set<string>} */
  const inner = new Set()
  const outer = new Set([...publicWords(), ...zoneWords(), ...platformNames()])
  for (const name of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.startsWith('integrations')) continue
    const isShared = name.startsWith('context')
    readNames(join(src, name), (member) => (isPrivate(member) && !isShared ? inner : outer), outer)
  }
  return [...inner].filter((name) => name.length > 2 && !outer.has(name))
}

const publicWords = () => readFileSync(join(ROOT, 'docs/telemetry.api.md'), 'utf8').match(WORDS) ?? []

/** What the types of TypeScript's own libraries declare: a member a line. */
function platformNames() {
  const folder = dirname(fileURLToPath(import.meta.resolve('typescript')))
  const text = readdirSync(folder)
    .filter((name) => /^lib\.(?:es|dom)/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
  return [...text.matchAll(/^ +(?:readonly |[gs]et )?([\w$]+)\??[:(<]/gm)].map(([, name = '']) => name)
}

/**
 * @param {string} file
 * @param {(member: ts.NamedDeclaration) => Set<string>} setFor a declared member
 * @param {Set<string>} words of strings
 */
function readNames(file, setFor, words) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return // of the strings in them none is left
    if (isMember(node)) setFor(node).add(node.name?.getText() ?? '')
    if (isText(node) && !isSentence(node)) for (const word of node.text.match(WORDS) ?? []) words.add(word)
    ts.forEachChild(node, visit)
  }
  visit(source)
}

/**
 * @param {ts.Node} node
 * @returns {node is ts.LiteralLikeNode}
 */
function isText(node) {
  return ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
}

/** @param {ts.LiteralLikeNode} node */
function isSentence({ parent }) {
  const template = ts.isTemplateSpan(parent) ? parent.parent : parent
  const call = ts.isTemplateExpression(template) ? template.parent : template
  return (ts.isCallExpression(call) || ts.isNewExpression(call)) && TELLING.test(call.expression.getText())
}

/**
 * @param {ts.Node} node
 * @returns {node is ts.NamedDeclaration}
 */
function isMember(node) {
  if (ts.isParameter(node)) return ts.isParameterPropertyDeclaration(node, node.parent)
  return ts.isTypeElement(node) || (ts.isClassElement(node) && ts.isClassLike(node.parent))
}

/** @param {ts.NamedDeclaration} member */
function isPrivate(member) {
  if (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) return true
  const owner = ts.isParameter(member) ? member.parent.parent : member.parent
  return (ts.isInterfaceDeclaration(owner) || ts.isClassDeclaration(owner)) && INNER.has(owner.name?.text ?? '')
}
