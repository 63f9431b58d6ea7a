// @ts-check
// Makes dist/: the modules for npm, the plugins for builds, the one file for a script tag, the types. Prints what each of them weighs.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'vite'
import { emitTypes } from './emitTypes.mjs'
import { ROOT } from './runTool.mjs'

const dist = join(ROOT, 'dist')
rmSync(dist, { recursive: true, force: true })
for (const mode of ['npm', 'plugins', 'cdn']) await build({ root: ROOT, mode, logLevel: 'warn' })
emitTypes()

console.log('file                        bytes     gzip   brotli')
for (const file of ['index.js', 'telemetry.min.js']) {
  const bytes = readFileSync(join(dist, file))
  const sizes = [bytes, gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)].map(({ length }) => length)
  console.log(`dist/${file}`.padEnd(24) + sizes.map((size) => size.toLocaleString('en').padStart(9)).join(''))
}
