import { createApi, fetchBaseQuery } from '@reduxjs/toolkit/query/react'
import { type Echo, echo, type Where } from '../supportFlow'

/** Who makes the list load anew: RTK Query calls `query` itself, some time after a mutation has invalidated the tag. */
export const list: { flow: string; where: Where } = { flow: 'boot', where: 'effect' }

export const shopApi = createApi({
  reducerPath: 'shopApi',
  baseQuery: fetchBaseQuery({ baseUrl: '/' }),
  tagTypes: ['list', 'reviews'],
  endpoints: ({ query, mutation }) => ({
    list: query<Echo, void>({ query: () => echo(list.flow, list.where), providesTags: ['list'] }),
    price: query<Echo, string>({ query: (flow) => echo(flow, 'effect') }),
    addToCart: mutation<Echo, string>({
      query: (flow) => ({ url: echo(flow, 'mutation'), method: 'POST', body: { flow } }),
      invalidatesTags: () => ['list'],
    }),
    session: query<Echo, { flow: string }>({
      query: ({ flow }) => echo(flow, 'handler'),
      serializeQueryArgs: () => 'session', // one session, whoever asks for it
    }),
    save: mutation<Echo, string>({ query: (flow) => ({ url: echo(flow, 'handler'), method: 'PUT', body: { flow } }) }),
  }),
})

export const { useListQuery, usePriceQuery, useAddToCartMutation, useLazySessionQuery, useSaveMutation } = shopApi
