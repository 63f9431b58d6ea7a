import { MutationObserver, QueryClient, QueryObserver } from '@tanstack/react-query'
import { createNotes, inEach, own, type Who } from './flow'
import { here } from './recipes/here'

type Keep = () => ReturnType<typeof here>

async function flows(keep: Keep) {
  const { seen, note } = createNotes()
  const client = new QueryClient()
  client.mount()
  const shared = {
    queryKey: ['first'],
    staleTime: 10_000,
    async queryFn() {
      note('queryFn of a shared query, for the first flow', 'first')
      await own()
      note('behind an await in queryFn of a shared query, for the first flow', 'first')
      return 1
    },
  }
  client.getQueryCache().subscribe(({ type, query }) => {
    if (type === 'added') note('a subscriber of the cache, by who adds a query', query.queryKey[0] as Who)
  })
  const observers: (() => void)[] = []
  await inEach(async (who) => {
    const fetched = client.fetchQuery(shared)
    const inSpan = keep()
    observers.push(
      new QueryObserver(client, shared).subscribe(({ isSuccess }) => {
        if (isSuccess) inSpan(() => note('an observer of a shared query', who))
      }),
    )
    await fetched
    note('behind await fetchQuery() of a shared query', who)
  })
  await inEach(async (who) => {
    let tries = 0
    await client.fetchQuery({
      queryKey: [who],
      retry: 1,
      retryDelay: 1,
      staleTime: 0,
      async queryFn() {
        await own()
        note(tries === 0 ? 'queryFn of its own query' : 'queryFn of its own query, tried again', who)
        if (tries++ === 0) throw new Error('again')
        return 1
      },
    })
    note('behind await fetchQuery() of its own query', who)
  })
  await inEach(async (who) => {
    const inSpan = keep()
    const mutation = new MutationObserver(client, {
      onMutate: () => note('onMutate of a mutation', who),
      mutationFn: async () => inSpan(() => note('mutationFn', who)),
      onSuccess: () => inSpan(() => note('onSuccess of a mutation', who)),
    })
    await mutation.mutate()
    note('behind await mutate()', who)
  })
  for (const stop of observers) stop()
  client.clear()
  client.unmount()
  return seen
}

export const plain = () => flows(() => (run) => run())
export const withRecipe = () => flows(here)
