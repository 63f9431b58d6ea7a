// @ts-check
// How two implementations are compared here: blocks of about 10 ms, in turn, in a new random order each round. Whatever else
// runs on the machine only ever makes a block slower, and hits all of them alike: the fastest blocks tell.
import { shuffled } from './statistics.mjs'

/** @typedef {{ name: string, block(ms: number): number | Promise<number> }} Contender `block` works for about `ms`, gives ns per call */

/**
 * @param {readonly Contender[]} contenders
 * @param {number} rounds
 * @param {number} ms of one block
 * @returns {Promise<Record<string, number[]>>} the nanoseconds per call of every block, by contender
 */
export async function interleave(contenders, rounds, ms) {
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(contenders.map(({ name }) => [name, []]))
  for (const contender of contenders) for (let i = 0; i < 6; i++) await contender.block(ms) // until optimised code runs
  for (let round = 0; round < rounds; round++)
    for (const contender of shuffled(contenders)) times[contender.name]?.push(await contender.block(ms))
  return times
}
