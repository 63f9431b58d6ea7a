import { type Client, createClient } from 'graphql-ws'
import { createNotes, inEach, type Notes, type Who } from './flow'
import { keepingClient } from './recipes/keepingClient'

function subscribed(client: Client, who: Who, note: Notes['note']): Promise<void> {
  return new Promise((resolve, reject) => {
    client.subscribe(
      { query: `subscription { prices(id: 2) }` },
      {
        next: () => note('next() of a sink', who),
        error: reject,
        complete() {
          note('complete() of a sink', who)
          resolve()
        },
      },
    )
  })
}

async function flows(url: string, wrap: (client: Client) => Client) {
  const { seen, note } = createNotes()
  let opener: Who | null = null
  const client = wrap(
    createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      lazyCloseTimeout: 60_000,
      connectionParams: async () => {
        note('connectionParams(), by who opens the connection', opener ?? 'none')
        return {}
      },
      on: {
        opened: () => note('the event “opened”, by who opens the connection', opener ?? 'none'),
        connected: () => note('the event “connected”, by who opens the connection', opener ?? 'none'),
        message: () => note('the event “message”, of the shared connection', 'none'),
      },
    }),
  )
  await inEach(async (who) => {
    opener ??= who
    await subscribed(client, who, note)
    note('behind await of a subscription', who)
    for await (const result of client.iterate({ query: `subscription { prices(id: 3) }` })) {
      if (result.errors) throw result.errors[0]
      note('in a loop over iterate()', who)
    }
    note('behind a loop over iterate()', who)
  })
  await client.dispose()
  return seen
}

export const plain = (url: string) => flows(url, (client) => client)
export const withRecipe = (url: string) => flows(url, keepingClient)
