import axios from 'axios'
import { type Echo, echo, type Where } from '../supportFlow'

const cause: { flow: string; where: Where } = { flow: 'boot', where: 'effect' }

/** The list of products. Who makes it load anew leaves his name in `meta`. */
export const listQuery = {
  queryKey: ['list'] as const,
  meta: { cause },
  queryFn: async () => {
    const { flow, where } = listQuery.meta.cause
    return (await axios.get<Echo>(echo(flow, where))).data
  },
}
