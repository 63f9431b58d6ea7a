// What a page loads when it has time, as one file: see src/lib/loadSecondPart.ts, which loads it.
export { carryEntries } from './context/entries'
export { createTraceConsole } from './debug/traceConsole'
export { Sender } from './delivery/sender'
export { tellLoad } from './instrument/loadedSpans'
export { tellOptions, tellUnknown } from './lib/optionWords'
export { textOf } from './lib/sentences'
export { tellTag } from './lib/tellTag'
export { Batcher } from './process/batcher'
