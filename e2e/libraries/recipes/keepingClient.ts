import { bind } from '@codomyrmex/telemetry'
import type { Client, Sink } from 'graphql-ws'

/** A client whose sinks are called in the span in which they subscribed. */
export function keepingClient(client: Client): Client {
  return { ...client, subscribe: (payload, sink) => client.subscribe(payload, keepingSink(sink as Sink)) }
}

function keepingSink<T>(sink: Sink<T>): Sink<T> {
  return {
    next: bind((value) => sink.next(value)),
    error: bind((error) => sink.error(error)),
    complete: bind(() => sink.complete()),
  }
}
