import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const lock = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

test('the lock file names no registry, so that every machine installs from its own', () => {
  const addresses = lock.split('\n').filter((line) => /"resolved"|\/\/[^/"]*registry/.test(line))
  assert.deepEqual(addresses, [])
})

test('the lock file is of this package and pins what package.json pins', () => {
  const { name, version, dependencies, devDependencies } = JSON.parse(lock).packages['']
  const { peerDependencies: _, ...pinned } = { name, version, dependencies, devDependencies }
  assert.deepEqual(pinned, {
    name: manifest.name,
    version: manifest.version,
    dependencies: manifest.dependencies,
    devDependencies: manifest.devDependencies,
  })
})

// npm leaves out what its registry could not give on the day of the install, and then `npm ci` refuses the file everywhere.
test('the lock file has every optional package, also those of other systems, so that a fresh clone installs', () => {
  const packages = JSON.parse(lock).packages
  const missing = Object.entries(packages).flatMap(([at, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(packages, at, name)),
  )
  assert.deepEqual(missing, [])
})

/** Looks in every node_modules on the way up, as Node does. */
function isLocked(packages, at, name) {
  const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
  if (path in packages) return true
  if (at === '') return false
  return isLocked(packages, at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1)), name)
}
