import * as sender from '../../src/export/sender'

// In the place of src/export/secondPart.ts: both parts from the start, as in the file that loads nothing later. What is without the
// second one is tested in test/export/firstPart.test.ts.

export const secondPart = () => sender
export const loadSecondPart = () => Promise.resolve(sender)
