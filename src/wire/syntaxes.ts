import { type Encoding, JSON_TYPE, type Syntax } from '../export/sealer'
import { encodeOtlpJson } from './otlpJson'
import { encodeOtlpProtobuf } from './otlpProtobuf'

/** The syntaxes of OTLP, by the fast encoders. */
export const SYNTAXES: Readonly<Record<Encoding, Syntax>> = {
  protobuf: { contentType: 'application/x-protobuf', encode: encodeOtlpProtobuf },
  json: { contentType: JSON_TYPE, encode: encodeOtlpJson },
}
