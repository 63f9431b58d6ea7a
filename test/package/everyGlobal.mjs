// @ts-nocheck
// A process of its own: a window without one of its globals may fail in ways that no test survives.
import vm from 'node:vm'
import { KINDS, SCRIPT, startSite } from './testWindows.mjs'
import { visit } from './visitWindow.mjs'

const kind = process.argv[2]
const site = await startSite()

/** Every word of the file by which this window has something, besides the language itself and what makes it a page. */
function names() {
  const window = KINDS[kind](site.url, [])
  const language = new Set(vm.runInNewContext('Object.getOwnPropertyNames(globalThis)'))
  language.add('document').delete('console') // the latter is no part of it, though every context has one
  const words = [...new Set(SCRIPT.match(/[A-Za-z_$][\w$]{2,}/g))]
  const found = words.filter((name) => name in window && !language.has(name) && !(name in Object.prototype))
  window.close()
  return found
}

/** What a page, or who counts, would complain about. */
function complaints(bare, { lines, ended, errors, stats }) {
  const { exported, queued, stored, dropped } = stats
  const counted = Object.values(dropped).reduce((sum, count) => sum + count, exported + queued + stored)
  return [
    ...(lines.slice(0, -1).join() === bare.lines.slice(0, -1).join() ? [] : [`it sees ${lines}, bare ${bare.lines}`]),
    ...errors.filter((error) => !bare.errors.includes(error)),
    ...(counted === stats.ended ? [] : [`of ${stats.ended} spans ${counted} are accounted for, ${ended}`]),
  ]
}

const tried = []
const found = []
for (const name of names()) {
  const bare = await visit(site, kind, { name, isBare: true })
  // The window keeps it, or cannot do without.
  if (!bare || bare.errors.length > 0 || bare.lines.some((line) => /threw|hangs|broken/.test(line))) continue
  for (const moment of ['before', 'after']) {
    try {
      const ours = await visit(site, kind, { name, moment })
      if (ours) found.push(...complaints(bare, ours).map((what) => `${name}, missing ${moment} the start: ${what}`))
    } catch (error) {
      found.push(`${name}, missing ${moment} the start: ${error.stack}`)
    }
  }
  tried.push(name)
}
console.log(JSON.stringify({ tried, found }))
process.exit()
