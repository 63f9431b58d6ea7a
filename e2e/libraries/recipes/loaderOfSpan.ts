import { getCurrentSpan } from '@codomyrmex/telemetry'
import DataLoader, { type BatchLoadFn } from 'dataloader'

/** A loader for each span: what one span asks for is one batch, and the batch is in that span. */
export function loaderOfSpan<K, V>(load: BatchLoadFn<K, V>): () => DataLoader<K, V> {
  const loaders = new WeakMap<object, DataLoader<K, V>>()
  const outside = {}
  return () => {
    const span = getCurrentSpan() ?? outside
    const loader = loaders.get(span) ?? new DataLoader(load)
    loaders.set(span, loader)
    return loader
  }
}
