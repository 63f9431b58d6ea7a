import 'zone.js'
import '../supportTracing'
import '@angular/compiler' // compiles templates in the page
import { provideHttpClient } from '@angular/common/http'
import { provideZoneChangeDetection } from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import { withSpan } from '@codomyrmex/telemetry'
import { echo } from '../supportFlow'
import { listenForHelp } from '../supportHelp'
import { Shop } from './Shop'

listenForHelp()

void withSpan('boot', async () => {
  const config = await fetch(echo('boot', 'config'))
  await config.json()
  await bootstrapApplication(Shop, { providers: [provideZoneChangeDetection(), provideHttpClient()] })
})
