import '../supportTracing'
import { withSpan } from '@codomyrmex/telemetry'
import { mount } from 'svelte'
import { echo } from '../supportFlow'
import { listenForHelp } from '../supportHelp'
import App from './App.svelte'
import { load } from './load'

listenForHelp()

void withSpan('boot', async () => {
  await load(echo('boot', 'config'))
  mount(App, { target: document.getElementById('app') as HTMLElement })
})
