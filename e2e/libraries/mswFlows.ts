import { HttpResponse, http } from 'msw'
import { setupWorker } from 'msw/browser'
import { createNotes, inEach, own, type Who } from './flow'

export async function plain(url: string) {
  const { seen, note } = createNotes()
  const worker = setupWorker(
    http.get<{ who: Who }>('*/mocked/:who', async ({ params: { who } }) => {
      note('a handler', who)
      await own()
      note('behind an await in a handler', who)
      return HttpResponse.json({ who })
    }),
  )
  worker.events.on('response:mocked', ({ request }) => {
    note('a listener of “response:mocked”', request.url.replace(/^.*\//, '') as Who)
  })
  await worker.start({ quiet: true, onUnhandledRequest: 'bypass', serviceWorker: { url } })
  await inEach(async (who) => {
    const response = await fetch(`/lab/mocked/${who}`)
    note('behind await fetch()', who)
    const { who: answered } = (await response.json()) as { who: Who }
    note('behind await json()', who)
    if (answered !== who) throw new Error(`${who} was given ${answered}`)
  })
  worker.stop()
  return seen
}
