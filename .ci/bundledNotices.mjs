// @ts-check
// The licences of what is bundled into a file want to stand in every copy of it.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const IN_PACKAGE = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//

/**
 * @param {readonly string[]} moduleIds the modules of a bundled file
 * @returns {string[]} one comment for each package that they come from
 */
export function bundledNotices(moduleIds) {
  const folders = moduleIds.map((id) => IN_PACKAGE.exec(id.replaceAll('\\', '/'))?.[1])
  return [...new Set(folders)].filter((folder) => folder !== undefined).map(noticeOf)
}

/** @param {string} folder of a package */
function noticeOf(folder) {
  const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(basename(entry)))
  if (!file) throw new Error(`${name} is bundled, and has no file with its licence.`)
  return `/*! contains ${name}:\n${readFileSync(join(folder, file), 'utf8').trimEnd()}\n*/`
}
