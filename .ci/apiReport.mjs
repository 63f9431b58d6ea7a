// @ts-check
// Compares the public surface in dist/index.d.ts with docs/telemetry.api.md and fails when they differ; `--update` writes it anew.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { ROOT } from './runTool.mjs'
import { undocumentedNames } from './undocumentedNames.mjs'

const isUpdate = process.argv.includes('--update')
const entry = join(ROOT, 'dist/index.d.ts')
const tsconfig = join(ROOT, '.ci/tsconfig.types.json')
const scratch = mkdtempSync(join(tmpdir(), 'api-report-'))

/** @type {import('@microsoft/api-extractor').ExtractorLogLevel} */
const ERROR = /** @type {any} */ ('error')
/** @type {import('@microsoft/api-extractor').ExtractorLogLevel} */
const NONE = /** @type {any} */ ('none')

const config = ExtractorConfig.prepare({
  configObjectFullPath: join(ROOT, 'api-extractor.json'), // does not exist: only anchors relative paths
  packageJsonFullPath: join(ROOT, 'package.json'),
  configObject: {
    projectFolder: ROOT,
    mainEntryPointFilePath: entry,
    compiler: { tsconfigFilePath: tsconfig },
    apiReport: {
      enabled: true,
      reportFileName: 'telemetry.api.md',
      reportFolder: join(ROOT, 'docs'),
      reportTempFolder: scratch,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    newlineKind: 'lf',
    messages: {
      compilerMessageReporting: { default: { logLevel: ERROR } },
      extractorMessageReporting: {
        default: { logLevel: ERROR },
        'ae-undocumented': { logLevel: NONE }, // undocumentedNames() looks closer
        'ae-missing-release-tag': { logLevel: NONE }, // all that is exported is public
      },
      tsdocMessageReporting: {
        default: { logLevel: ERROR },
        'tsdoc-undefined-tag': { logLevel: NONE }, // @default is read by editors
      },
    },
  },
})

const result = Extractor.invoke(config, {
  localBuild: isUpdate,
  messageCallback(message) {
    if (message.messageId === 'console-api-report-not-copied' || message.messageId === 'console-api-report-changed') {
      message.handled = true
    }
    if (message.messageId === 'console-preamble' || message.messageId === 'console-compiler-version-notice')
      message.handled = true
  },
})
rmSync(scratch, { recursive: true })

if (result.apiReportChanged) {
  const told = 'The public API differs from docs/telemetry.api.md.'
  console.log(
    isUpdate
      ? `${told} The report is written anew.`
      : `${told} If that is meant, run \`npm run api\` and commit the report.`,
  )
}
const undocumented = undocumentedNames(entry, tsconfig)
if (undocumented.length > 0) console.log(`Public names without a TSDoc comment: ${undocumented.join(', ')}`)
if (!result.succeeded || undocumented.length > 0) process.exitCode = 1
