import { provide } from './secondPart'
import * as sender from './sender'

// Imported before everything else by a file that is to load nothing later.
provide(sender)
