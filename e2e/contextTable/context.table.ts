import { test } from '../support/test'
import { walkBoth } from './walkBoth'

test.use({ permissions: ['geolocation'], geolocation: { latitude: 48, longitude: 11 } })
walkBoth(test)
