// @ts-check
// Makes dist/: the modules for npm, the plugins for builds, the files for a script tag, the types. Prints what each of them weighs.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'vite'
import { emitTypes } from './emitTypes.mjs'
import { ROOT } from './runTool.mjs'

const dist = join(ROOT, 'dist')
rmSync(dist, { recursive: true, force: true })
for (const mode of ['npm', 'require', 'plugins', 'cdn', 'full']) await build({ root: ROOT, mode, logLevel: 'warn' })
emitTypes()

console.log('file                                        bytes     gzip   brotli')
const files = readdirSync(dist).filter((name) => name === 'index.js' || name.endsWith('.min.js'))
for (const file of files) {
  const bytes = readFileSync(join(dist, file))
  const sizes = [bytes, gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)].map(({ length }) => length)
  console.log(`dist/${file}`.padEnd(40) + sizes.map((size) => size.toLocaleString('en').padStart(9)).join(''))
}
