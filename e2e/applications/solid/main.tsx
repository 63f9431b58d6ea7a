/** @jsxImportSource solid-js */
import '../supportTracing'
import { withSpan } from '@codomyrmex/telemetry'
import { render } from 'solid-js/web'
import { echo } from '../supportFlow'
import { listenForHelp } from '../supportHelp'
import { App } from './App'
import { http } from './backend'

listenForHelp()

void withSpan('boot', async () => {
  await http.get(echo('boot', 'config')).json()
  render(() => <App />, document.getElementById('app') as HTMLElement)
})
