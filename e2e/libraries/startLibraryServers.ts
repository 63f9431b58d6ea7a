import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSchema, graphql } from 'graphql'
import { useServer as serveGraphqlWs } from 'graphql-ws/use/ws'
import { Server } from 'socket.io'
import { WebSocketServer } from 'ws'

/** A server of one library, on the loopback. */
export interface LibraryServer {
  readonly url: string
  close(): Promise<void>
}

const schema = buildSchema(`
  type Query { price(id: Int!): Int }
  type Mutation { buy(id: Int!): Boolean }
  type Subscription { prices(id: Int!): Int }
`)

interface WithId {
  readonly id: number
}

const rootValue = {
  price: ({ id }: WithId) => id * 100,
  buy: () => true,
  async *prices({ id }: WithId) {
    for (const step of [1, 2]) yield { prices: id * 100 + step }
  },
}

interface GraphqlRequest {
  readonly query: string
  readonly variables?: Record<string, unknown>
}

const execute = ({ query, variables }: GraphqlRequest) =>
  graphql({ schema, rootValue, source: query, variableValues: variables })

/** GraphQL at `/graphql`: by POST, also several in one request, and by graphql-ws. */
export async function startGraphqlServer(): Promise<LibraryServer> {
  const server = createServer((req, res) => void answer(req, res).catch(() => res.destroy()))
  const sockets = new WebSocketServer({ server, path: '/graphql' })
  const graphqlWs = serveGraphqlWs({ schema, roots: { subscription: rootValue } }, sockets)
  return {
    url: await listening(server),
    async close() {
      await graphqlWs.dispose()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  res.setHeader('access-control-allow-origin', '*')
  res.setHeader('access-control-allow-headers', '*, content-type')
  if (req.method === 'OPTIONS') return void res.writeHead(204).end()
  let body = ''
  for await (const chunk of req) body += chunk
  const asked = JSON.parse(body) as GraphqlRequest | GraphqlRequest[]
  const answered = await (Array.isArray(asked) ? Promise.all(asked.map(execute)) : execute(asked))
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answered))
}

/** Answers `price`, and tells each client news a moment after the second question. */
export async function startSocketIoServer(): Promise<LibraryServer> {
  const server = createServer()
  const io = new Server(server, { cors: { origin: '*' } })
  io.on('connection', (socket) => {
    socket.on('price', (id: number, tell: (price: number) => void) => {
      tell(id * 100)
      if (id === 2) setTimeout(() => socket.emit('news', id), 20)
    })
  })
  return { url: await listening(server), close: () => io.close() }
}

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
