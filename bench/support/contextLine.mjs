// @ts-check
import { minimum } from './statistics.mjs'

/**
 * Who is measured; `isLowered`: with async functions lowered to generators; `needsPage`: does not start in Node.
 * @type {Readonly<Record<string, { app: string, isLowered?: boolean, needsPage?: boolean }>>}
 */
export const CONTENDERS = {
  bare: { app: 'apps/bare.ts' },
  floor: { app: 'apps/floor.ts' },
  zone: { app: 'apps/zone.ts' },
  lowered: { app: 'apps/zoneSpan.ts', isLowered: true },
  theirs: { app: 'apps/otelJson.ts', needsPage: true },
  ours: { app: 'apps/ours.ts' },
  twin: { app: 'apps/ours.ts' },
}

/** @typedef {{ of: 'bare' | 'zone', times: number }} Aim ours is to cost at most `times` what `of` costs */

export const COLUMNS = [
  '',
  'ours',
  'bare',
  'ours : bare',
  'floor : bare',
  'zone.js',
  'zone.js, lowered',
  'OpenTelemetry',
  'ours : ours',
  'aim',
  '',
]

/**
 * @param {string} name
 * @param {Readonly<Record<string, readonly number[]>>} times of every block, by contender
 * @param {Aim} [aim]
 * @returns {string[]} the cells of one line of the table
 */
export function contextLine(name, times, aim) {
  const of = (/** @type {string} */ who) => minimum(times[who] ?? [])
  const ours = Math.min(of('ours'), of('twin'))
  const nanos = (/** @type {number} */ value) =>
    Number.isFinite(value) ? value.toLocaleString('en', { maximumFractionDigits: 0 }) : '–'
  return [
    name,
    nanos(ours),
    nanos(of('bare')),
    (ours / of('bare')).toFixed(2),
    (of('floor') / of('bare')).toFixed(2),
    nanos(of('zone')),
    nanos(of('lowered')),
    nanos(of('theirs')),
    (of('twin') / of('ours')).toFixed(2),
    aim === undefined ? '' : aim.of === 'bare' ? `${aim.times} × bare` : 'no worse than zone.js',
    aim === undefined ? '' : ours <= of(aim.of) * aim.times ? 'met' : '**not met**',
  ]
}
