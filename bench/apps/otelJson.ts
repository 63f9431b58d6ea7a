import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { startOtel } from './otel'

startOtel(new OTLPTraceExporter({ url: '/v1/traces' }))
