import * as part from '../secondPart'
import { provide } from './secondPart'

// Imported before everything else by a file that is to load nothing later.
provide(part)
