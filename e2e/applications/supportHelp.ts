import { withSpan } from '@codomyrmex/telemetry'
import { echo, nextFlow } from './supportFlow'

/** The button that stands in the page before the application has rendered anything. */
export function listenForHelp(): void {
  document.getElementById('help')?.addEventListener('click', () => {
    const flow = nextFlow('help')
    void withSpan(flow, async () => {
      const answer = await fetch(echo(flow, 'handler'))
      await answer.json()
    })
  })
}
