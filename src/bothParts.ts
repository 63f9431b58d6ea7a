import { provide } from './lib/secondPart'
import * as part from './secondPart'

// Imported before everything else by a file that is to load nothing later.
provide(part)
