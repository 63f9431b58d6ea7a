// @ts-check
// The official .proto files of OpenTelemetry, as a dependency carries them. Our own encoder has no part in what is decoded here.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import protobuf from 'protobufjs'

const protoRoot = dirname(createRequire(import.meta.url).resolve('@elastic/mockotlpserver/package.json'))

const root = new protobuf.Root()
// imports inside the files count from the folder above `opentelemetry/`, not from the importing file
root.resolvePath = (/** @type {string} */ _importer, /** @type {string} */ file) => join(protoRoot, file)
root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto')
root.resolveAll()

/** What a client sends. */
export const requestType = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest')

/** What it gets back. */
export const responseType = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse')

/** What it gets back when the request fails: google.rpc.Status without its details, which are never sent. */
export const rpcStatusType = new protobuf.Type('Status')
  .add(new protobuf.Field('code', 1, 'int32'))
  .add(new protobuf.Field('message', 2, 'string'))
