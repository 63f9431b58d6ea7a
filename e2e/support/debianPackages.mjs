// @ts-check
// Installs packages where we may: as root on Debian and its descendants.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const APT = '/usr/bin/apt-get'
const PATIENTLY = ['-qq', '-o', 'DPkg::Lock::Timeout=300'] // another apt may hold the lock
const INSTALL_TIMEOUT_MS = 600_000

/**
 * @param {readonly string[]} packages
 * @param {(line: string) => void} log told before it begins
 * @returns {boolean} whether they are installed now
 */
export function installDebianPackages(packages, log) {
  if (process.getuid?.() !== 0 || !existsSync(APT)) return false
  log(`Trying \`apt-get install ${packages.join(' ')}\` …`)
  apt('update')
  return apt('install', '-y', '--no-install-recommends', ...packages)
}

/** @param {string[]} args */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(APT, [...args, ...PATIENTLY], { stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS, env }).status === 0
}
