import remapping, { type SourceMapInput } from '@jridgewell/remapping'

/** The source map of two steps: where that of the later one ends, that of the earlier one goes on. */
export function onTop(later: unknown, earlier: unknown): object {
  return remapping([later as SourceMapInput, earlier as SourceMapInput], () => null)
}
