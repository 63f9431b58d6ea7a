import * as part from '../../src/secondPart'

// In the place of src/lib/loadSecondPart.ts: both parts from the start, as in the file that loads nothing later. What is without the
// second one is tested in test/export/firstPart.test.ts.

export const loadSecondPart = () => Promise.resolve(part)
export const partOrNull = loadSecondPart
export const isMissing = () => false
export const wantSecondPart = () => {}
export const loadWanted = () => {}
export const withSecondPart = (use: (loaded: typeof part) => void): void => use(part)
export const askSecondPart = withSecondPart
