// Random requests of a page, to be passed on by a service worker.
import { createRandom } from '../../test/support/random'

/** Makes `count` requests, each after the one before; what the page sees of them. */
export async function passedOn(seed: number, count: number): Promise<string[]> {
  const { next, pick } = createRandom(seed)
  const chance = (share: number) => next() < share
  const seen: string[] = []
  for (let at = 0; at < count; at++) {
    const how = pick(['as it is', 'cloned', 'later', 'with an init', 'made anew'])
    const url = `/lab/echo?${at}&how=${how}`
    const body = chance(0.4)
      ? { method: pick(['POST', 'PUT']), body: pick<BodyInit>(['text', new URLSearchParams('a=1'), new Blob(['b'])]) }
      : {}
    const init: RequestInit = {
      ...body,
      ...(chance(0.3) && { mode: pick<RequestMode>(['same-origin', 'cors']) }),
      ...(chance(0.3) && { credentials: pick<RequestCredentials>(['omit', 'include']) }),
      ...(chance(0.3) && { cache: pick<RequestCache>(['no-store', 'reload', 'no-cache']) }),
      ...(chance(0.3) && { referrerPolicy: pick<ReferrerPolicy>(['no-referrer', 'origin', 'unsafe-url']) }),
      ...(chance(0.3) && { referrer: pick(['/from', '', 'about:client']) }),
      ...(chance(0.3) && { headers: { 'x-one': '1', accept: 'a/b' } }),
      ...(chance(0.5) && { keepalive: true }),
    }
    if (chance(0.1)) {
      seen.push(String(navigator.sendBeacon(url, 'beacon')))
      continue
    }
    const told = ({ status, type, redirected, url: from }: Response) => [status, type, redirected, from]
    seen.push(String(await fetch(url, init).then(told, String)))
  }
  return seen
}
