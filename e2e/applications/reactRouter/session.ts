import axios from 'axios'
import { type Echo, echo } from '../supportFlow'

let session: Promise<Echo> | undefined

/** The visitor's session, loaded by the first who needs it. */
export function loadSession(flow: string): Promise<Echo> {
  session ??= axios.get<Echo>(echo(flow, 'handler')).then(({ data }) => data)
  return session
}
