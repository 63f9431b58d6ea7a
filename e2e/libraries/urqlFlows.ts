import { Client, cacheExchange, fetchExchange, gql, mapExchange, type Operation } from 'urql'
import { createNotes, inEach, type Who } from './flow'

const PRICE = gql`
  query Price($id: Int!) {
    price(id: $id)
  }
`
const IDS: Readonly<Record<Who, number>> = { first: 1, none: 2, second: 3 }

export async function plain(url: string) {
  const { seen, note } = createNotes()
  let asked = 'a query by toPromise()'
  const noteOf = (what: string, { variables }: Operation) => {
    const who = (Object.keys(IDS) as Who[]).find((who) => IDS[who] === variables?.['id'])
    if (who) note(`${asked}: ${what}`, who)
  }
  const client = new Client({
    url: `${url}/graphql`,
    preferGetMethod: false,
    exchanges: [
      cacheExchange,
      mapExchange({
        onOperation: (operation) => noteOf('onOperation of an exchange', operation),
        onResult: ({ operation }) => noteOf('onResult of an exchange', operation),
      }),
      fetchExchange,
    ],
  })
  await inEach(async (who) => {
    await client.query(PRICE, { id: IDS[who] }).toPromise()
    note(`${asked}: behind await`, who)
  })
  await inEach(async (who) => {
    await client.query(PRICE, { id: 9 }).toPromise()
    note('behind await toPromise() of what the first flow asks for', who)
  })
  asked = 'a query that is awaited itself'
  await inEach(async (who) => {
    const ask = async () => {
      await client.query(PRICE, { id: IDS[who] }, { requestPolicy: 'network-only' })
      note(`${asked}: behind await`, who)
    }
    await ask()
    note(`${asked}: behind await of the function around it`, who)
  })
  let asker: Who = 'none'
  const stops: { unsubscribe(): void }[] = []
  await inEach(async (who) => {
    asker = who
    const source = client.query(PRICE, { id: 9 })
    stops.push(source.subscribe(() => note(`a subscriber of ${who} of what is cached, by who asks`, asker)))
  })
  for (const stop of stops) stop.unsubscribe()
  return seen
}
