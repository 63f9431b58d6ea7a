import { contextTests } from './contextTests'
import { webkitTest } from './support/webkitTest'

contextTests(webkitTest)
