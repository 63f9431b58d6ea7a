import { type Echo, echo } from '../supportFlow'

/** Asks the shop's service. */
export async function load(url: string, method = 'GET'): Promise<Echo> {
  const response = await fetch(url, { method })
  if (!response.ok) throw new Error(`${response.status}`)
  return (await response.json()) as Echo
}

let session: Promise<Echo> | undefined

/** The visitor's session, loaded by the first who needs it. */
export function loadSession(flow: string): Promise<Echo> {
  session ??= load(echo(flow, 'handler'))
  return session
}
