// What a page loads when it has time, as one file: see src/export/secondPart.ts, which loads it.
export { carryEntries } from './context/entries'
export { Sender } from './export/sender'
