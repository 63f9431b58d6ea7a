import { stressTests } from './stressTests'
import { test } from './support/test'

stressTests(test)
