import { stressTests } from './stressTests'
import { webkitTest } from './support/webkitTest'

stressTests(webkitTest)
