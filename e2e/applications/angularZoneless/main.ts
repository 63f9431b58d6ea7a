import '../supportTracing'
import '@angular/compiler' // compiles templates in the page
import { provideHttpClient, withFetch } from '@angular/common/http'
import { provideZonelessChangeDetection } from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import { withSpan } from '@codomyrmex/telemetry'
import { Shop } from '../angular/Shop'
import { echo } from '../supportFlow'
import { listenForHelp } from '../supportHelp'

listenForHelp()

void withSpan('boot', async () => {
  const config = await fetch(echo('boot', 'config'))
  await config.json()
  await bootstrapApplication(Shop, { providers: [provideZonelessChangeDetection(), provideHttpClient(withFetch())] })
})
