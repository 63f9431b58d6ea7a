// What `startDemo` takes and gives. Types only: Node never loads this file.
import type { Collector, CollectorOptions } from '../collector/contract'

export interface DemoOptions {
  /** 0 means any free port; a port that is taken means the next free one. @default 4318 */
  port?: number
  /** @default '127.0.0.1' */
  host?: string
  /**
   * Names by which it is reached besides `host` and those of loopback: of a container, of a tunnel. Requests to any other host are refused.
   * @default none
   */
  hosts?: readonly string[]
  /** Gets one line at a time, of what a person should know. @default console.log */
  log?: (line: string) => void
  /** A collector elsewhere that pages and backend send to: `http://localhost:4318/v1/traces`. @default the embedded one */
  collectorUrl?: string | null
  /** Listens on a second port too, where a page of the first is a stranger: /v1/traces, /api/ and the scripts, with CORS. @default false */
  crossOrigin?: boolean
  /** For the embedded collector. */
  collector?: CollectorOptions
}

export interface Demo {
  /** The origin, without a slash at its end. */
  readonly url: string
  /** The second origin, when `crossOrigin` was asked for. */
  readonly crossOriginUrl: string | null
  readonly collector: Collector
  /** Stops everything that was started, the backend first, so that its last spans arrive. */
  close(): Promise<void>
}
