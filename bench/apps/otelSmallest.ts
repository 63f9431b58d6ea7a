// What a library imports to make spans for whoever has started a provider: the counterpart of smallest.ts.
import { trace } from '@opentelemetry/api'

Object.assign(globalThis, { tracer: trace.getTracer('library') })
