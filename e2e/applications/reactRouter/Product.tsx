import { useQuery } from '@tanstack/react-query'
import axios from 'axios'
import { Link, useLoaderData } from 'react-router'
import { type Echo, echo } from '../supportFlow'

/** By the name that React Router asks of a lazy route. */
export function Component() {
  const flow = useLoaderData<string>()
  const reviews = useQuery({
    queryKey: ['reviews', flow],
    queryFn: async () => (await axios.get<Echo>(echo(flow, 'effect'))).data,
  })
  return (
    <>
      <p>{reviews.data?.url}</p>
      <Link id="back" to="/">
        back
      </Link>
    </>
  )
}
