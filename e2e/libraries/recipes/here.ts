import { bind } from '@codomyrmex/telemetry'

/** The span that is current now, for later: `const inSpan = here()`, and where it is gone `inSpan(() => fetch('/api'))`. */
export const here = () => bind(<T>(run: () => T): T => run())
