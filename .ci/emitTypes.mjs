// @ts-check
// Writes the type declarations: one file beside each public entry, which needs no other. `.d.cts` is the same for who requires it.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { ROOT } from './runTool.mjs'

const CONFIG = join(ROOT, '.ci/tsconfig.types.json')

/** What the entries are made of, by their source. */
const SOURCES = { index: 'index', 'telemetry.min': 'auto', 'telemetry.full.min': 'autoFull' }

export function emitTypes() {
  const scratch = mkdtempSync(join(ROOT, 'dist/types-'))
  try {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const args = [tsc, '-p', CONFIG, '--outDir', scratch]
    if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0)
      throw new Error('The type declarations could not be made: see the errors of TypeScript above.')
    rollUp(scratch)
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

/** @param {string} scratch with a declaration file for each source file */
function rollUp(scratch) {
  const entries = typedEntries().map(({ name, path, isRequired }) => {
    const source = Object.entries(SOURCES).find(([entry]) => entry === name)?.[1] ?? `integrations/${name}`
    return { path, isRequired, config: configOf(join(scratch, `${source}.d.ts`), path) }
  })
  const [first, ...others] = entries.map(({ config }) => config)
  if (!first) throw new Error('package.json names no entry with types')
  const compilerState = CompilerState.create(first, {
    additionalEntryPoints: others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
  })
  for (const { path, isRequired, config } of entries) {
    const { succeeded } = Extractor.invoke(config, {
      compilerState,
      localBuild: true,
      messageCallback(message) {
        if (message.messageId.startsWith('console-')) message.handled = true
      },
    })
    if (!succeeded) throw new Error(`${path} could not be made: see the errors above.`)
    if (isRequired) copyFileSync(path, path.replace(/\.d\.ts$/, '.d.cts'))
  }
}

/** The entries of package.json that have types. */
function typedEntries() {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return Object.values(exports).flatMap((conditions) => {
    const types = conditions.types ?? conditions.import?.types
    if (!types) return []
    const [, name = ''] = /([^/]+)\.d\.ts$/.exec(types) ?? []
    return { name, path: join(ROOT, types), isRequired: 'require' in conditions }
  })
}

/**
 * @param {string} entry
 * @param {string} path of what is made of it
 */
function configOf(entry, path) {
  /** @type {import('@microsoft/api-extractor').ExtractorLogLevel} */
  const none = /** @type {any} */ ('none')
  return ExtractorConfig.prepare({
    configObjectFullPath: join(ROOT, 'api-extractor.json'), // does not exist: only anchors relative paths
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: entry,
      compiler: { tsconfigFilePath: CONFIG },
      apiReport: { enabled: false },
      docModel: { enabled: false },
      dtsRollup: { enabled: true, untrimmedFilePath: path },
      tsdocMetadata: { enabled: false },
      newlineKind: /** @type {any} */ ('lf'),
      // .ci/apiReport.mjs judges what is in them
      messages: {
        extractorMessageReporting: { default: { logLevel: none } },
        tsdocMessageReporting: { default: { logLevel: none } },
      },
    },
  })
}
