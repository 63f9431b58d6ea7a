import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { BatchHttpLink } from '@apollo/client/link/batch-http'
import { createNotes, inEach, type Notes, until, type Who } from './flow'
import { batchPerSpan } from './recipes/batchPerSpan'

const PRICE = gql`
  query Price($id: Int!) {
    price(id: $id)
  }
`
const BUY = gql`
  mutation Buy($id: Int!) {
    buy(id: $id)
  }
`
const IDS: Readonly<Record<Who, number>> = { first: 1, none: 2, second: 3 }
const SHARED = { query: PRICE, variables: { id: 9 } }

const whoAsks = (id: unknown) => (Object.keys(IDS) as Who[]).find((who) => IDS[who] === id)

/** A `fetch` that notes for whom it sends: a batch is sent for several. */
function noting(note: Notes['note']): typeof fetch {
  return (url, init) => {
    const body = String(init?.body)
    for (const who of Object.keys(IDS) as Who[])
      if (body.includes(`"id":${IDS[who]}`)) note(`fetch of a ${body.includes('mutation') ? 'mutation' : 'query'}`, who)
    return fetch(url, init)
  }
}

async function flows(url: string, linkOf: (options: { uri: string; fetch: typeof fetch }) => ApolloLink) {
  const { seen, note } = createNotes()
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([
      new ApolloLink((operation, forward) => {
        const who = whoAsks(operation.variables['id'])
        if (who) note('a link of the application', who)
        return forward(operation)
      }),
      linkOf({ uri: `${url}/graphql`, fetch: noting(note) }),
    ]),
  })
  await inEach(async (who) => {
    const { data } = await client.query<{ price: number }>({ query: PRICE, variables: { id: IDS[who] } })
    note('behind await query()', who)
    if (data?.price !== IDS[who] * 100) throw new Error(`${who} was given ${data?.price}`)
  })
  await inEach(async (who) => {
    await client.query(SHARED)
    note('behind await query() of what the first flow asks for', who)
  })
  await inEach(async (who) => {
    await client.mutate({ mutation: BUY, variables: { id: IDS[who] }, update: () => note('update()', who) })
    note('behind await mutate()', who)
  })
  const stops: { unsubscribe(): void }[] = []
  const cached = 'a subscriber of watchQuery(), what is cached'
  const written = (who: Who) => `a subscriber of watchQuery() of ${who}, by who writes`
  let writer: Who | null = null
  await inEach(async (who) => {
    const subscriber = () => (writer ? note(written(who), writer) : note(cached, who))
    stops.push(client.watchQuery(SHARED).subscribe(subscriber))
    await until(() => Object.keys(seen[cached] ?? {}).length === 3)
    if (who !== 'second') return
    writer = who
    client.cache.writeQuery({ ...SHARED, data: { price: 1 } })
    await until(() => (['first', 'none', 'second'] as const).every((one) => written(one) in seen))
  })
  for (const stop of stops) stop.unsubscribe()
  client.stop()
  return seen
}

export const plain = (url: string) => flows(url, (options) => new HttpLink(options))
export const batched = (url: string) => flows(url, (options) => new BatchHttpLink(options))
export const withRecipe = (url: string) => flows(url, batchPerSpan)
