import { webkitTest } from '../support/webkitTest'
import { walkBoth } from './walkBoth'

walkBoth(webkitTest)
