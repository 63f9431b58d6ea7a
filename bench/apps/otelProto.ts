import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { startOtel } from './otel'

startOtel(new OTLPTraceExporter({ url: '/v1/traces' }))
