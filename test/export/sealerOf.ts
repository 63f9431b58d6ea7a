import { type Encoding, Sealer } from '../../src/export/sealer'
import { SYNTAXES } from '../../src/wire/syntaxes'

/** As an exporter's is once its second part has come. */
export const sealerOf = (encoding: Encoding): Sealer => new Sealer(encoding, SYNTAXES[encoding])
