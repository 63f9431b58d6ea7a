import { withSpan } from '@codomyrmex/telemetry'
import { useEffect, useState } from 'react'
import { loadProducts, type Product } from '../shopApi'

/** The products of the shop, loaded once; empty until then. `tellTrace` hears the id of the trace of the loading. */
export function useProducts(tellTrace: (traceId: string) => void): readonly Product[] {
  const [products, setProducts] = useState<readonly Product[]>([])

  useEffect(() => {
    const abort = new AbortController()
    withSpan('load shop', async (span) => {
      tellTrace(span.getTraceId())
      setProducts(await loadProducts(abort.signal))
    }).catch((error) => {
      if (!abort.signal.aborted) throw error
    })
    return () => abort.abort()
  }, [tellTrace])

  return products
}
