import axios from 'axios'
import { createBrowserRouter, type LoaderFunctionArgs } from 'react-router'
import { type Echo, echo, nextFlow } from '../supportFlow'
import { Home } from './Home'
import { listQuery } from './listQuery'

/** The page of one product asks for it before it is shown, and says in its address who opened it. */
async function loadProduct({ request }: LoaderFunctionArgs): Promise<string> {
  const flow = new URL(request.url).searchParams.get('by') ?? ''
  await axios.get<Echo>(echo(flow, 'loader'))
  return flow
}

let isFirst = true

/** The list belongs to the start; later to nobody, however the visitor has come back to it. */
async function loadHome(): Promise<null> {
  if (isFirst) await axios.get<Echo>(echo('boot', 'loader'))
  else listQuery.meta.cause = { flow: nextFlow('nobody'), where: 'effect' }
  isFirst = false
  return null
}

/** Until the list is there. */
const Nothing = () => null

export const createRouter = () =>
  createBrowserRouter([
    { path: '/', Component: Home, loader: loadHome, HydrateFallback: Nothing },
    { path: '/product', loader: loadProduct, lazy: () => import('./Product') },
  ])
