import { bind } from '@codomyrmex/telemetry'
import PQueue from 'p-queue'

type Add = PQueue['add']

/** A queue each of whose tasks runs in the span of whoever added it. */
export class KeepingQueue extends PQueue {
  override add = ((...[task, options]: Parameters<Add>) => super.add(bind(task), options)) as Add
}
