// @ts-check
import { SPAN_NAME } from './soakPage.mjs'

/** @typedef {import('../support/hostileCollector/contract').HostileCollector} HostileCollector */
/** @typedef {import('./soakPage.mjs').Stats} Stats */

/**
 * Where every span went: arrived, or counted as dropped on one of the pages, or still kept by the last of them.
 * @param {HostileCollector} collector
 * @param {number} made
 * @param {readonly Stats[]} pages the statistics of each page view, oldest first
 */
export function accountForSpans(collector, made, pages) {
  const sent = new Set()
  const confirmed = new Set()
  const arrived = new Set(collector.spans().filter(isCounted).map(numberOf))
  for (const { spans, taken, outcome } of collector.exports()) {
    for (const span of spans) if (isCounted(span)) sent.add(numberOf(span))
    if (outcome === 'answered') for (const span of taken) if (isCounted(span)) confirmed.add(numberOf(span))
  }
  const rejected = collector
    .exports()
    .filter(({ status, outcome }) => status === 200 && outcome === 'answered')
    .reduce((sum, { spans, taken }) => sum + spans.length - taken.length, 0)
  const dropped = sumByReason(pages)
  const last = pages.at(-1)
  const kept = (last?.queued ?? 0) + (last?.stored ?? 0)
  const missing = made - arrived.size - total(dropped) - kept
  const unconfirmed = arrived.size - confirmed.size
  return {
    made,
    arrived: arrived.size,
    dropped,
    kept,
    duplicates: collector.duplicates().filter(({ span }) => isCounted(span)).length,
    /** They arrived, and the page could not know it: it may rightly count these as dropped too. */
    unconfirmed,
    neverSent: made - sent.size,
    sentInVain: sent.size - arrived.size,
    missing,
    /** By partial success: the page has read it. */
    rejected,
    /** Every span has one place. More places than spans are allowed where the page could not know better. */
    isComplete: missing <= 0 && -missing <= unconfirmed && rejected === (dropped['rejected'] ?? 0),
  }
}

/** @param {ReturnType<typeof accountForSpans>} account */
export function tellAccount(account) {
  const { made, arrived, dropped, kept, duplicates, unconfirmed, neverSent, sentInVain, rejected, missing } = account
  const reasons = Object.entries(dropped).map(([reason, count]) => `${reason} ${count}`)
  const verdict = missing > 0 ? `UNACCOUNTED ${missing}` : missing < 0 ? `counted twice ${-missing}` : 'unaccounted 0'
  return [
    `made        ${made}`,
    `arrived     ${arrived} (${duplicates} of them more than once; ${unconfirmed} without an answer that the page could read)`,
    `dropped     ${total(dropped)}${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}`,
    `still kept  ${kept}`,
    verdict,
    ...(rejected === (dropped['rejected'] ?? 0)
      ? []
      : [`REJECTED by the collector ${rejected}, counted as such ${dropped['rejected'] ?? 0}`]),
    `(seen by the collector: ${neverSent} were never in a request, ${sentInVain} only in requests that it did not take)`,
  ].join('\n')
}

/** @param {import('../../demo/collector/contract').StoredSpan} span */
const isCounted = ({ name }) => name === SPAN_NAME

/** @param {import('../../demo/collector/contract').StoredSpan} span */
const numberOf = ({ attributes }) => attributes['soak.n']

/** @param {readonly Stats[]} pages @returns {Record<string, number>} */
function sumByReason(pages) {
  /** @type {Record<string, number>} */
  const sums = {}
  for (const { dropped } of pages)
    for (const [reason, count] of Object.entries(dropped)) sums[reason] = (sums[reason] ?? 0) + count
  return sums
}

/** @param {Record<string, number>} counts */
function total(counts) {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
