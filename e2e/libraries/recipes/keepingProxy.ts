import { bind } from '@codomyrmex/telemetry'
import { proxy } from 'comlink'

/** A callback for the other side, which runs in the span in which it was handed over: `remote.each(keepingProxy(tell))`. */
export const keepingProxy = <F extends (...args: never[]) => unknown>(callback: F) => proxy(bind(callback))
