// @ts-check
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const CHILD = fileURLToPath(new URL('nodeChild.mjs', import.meta.url))

/** @typedef {{ block(row: string, ms: number, inside: boolean): Promise<number>, end(): void }} NodePage */

/**
 * Runs scripts as a page would, in a Node process of its own: whoever changes `Promise` switches the engine's short cuts off in
 * the whole process.
 * @param {readonly string[]} scripts their code, in order; the last one is `inPage/context.ts`
 * @returns {Promise<NodePage>}
 */
export async function startNodePage(scripts) {
  const child = fork(CHILD, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ask = async (/** @type {object} */ question) => {
    child.send(question)
    const answered = new AbortController()
    const [answer] = await Promise.race(['message', 'exit'].map((event) => once(child, event, answered)))
    answered.abort() // else each question leaves a listener
    if (typeof answer !== 'object') throw new Error(`a process of the benchmark ended with code ${answer}`)
    return answer.ns
  }
  await ask({ scripts })
  return {
    block: (row, ms, inside) => ask({ row, ms, inside }),
    end: () => child.kill(),
  }
}
