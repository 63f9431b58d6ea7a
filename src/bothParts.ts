import { provide } from './lib/loadSecondPart'
import * as part from './secondPart'

// Imported before everything else by a file that is to load nothing later.
provide(part)
