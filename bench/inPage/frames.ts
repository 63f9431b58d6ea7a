// Compares implementations in one page: each has an iframe, with globals of its own on the same thread, so that neither the
// patches of one reach the other nor does one get a quieter moment.
import { type Contender, interleave } from '../support/interleave.mjs'

declare global {
  var compare: (
    scripts: Record<string, string>,
    row: string,
    rounds: number,
    ms: number,
  ) => Promise<{ times: Record<string, number[]>; bytes: Record<string, number> }>
}

type Realm = Window & Pick<typeof globalThis, 'contestant'>

globalThis.compare = async (scripts, row, rounds, ms) => {
  const bytes: Record<string, number> = {}
  const contenders: Contender[] = []
  for (const [name, script] of Object.entries(scripts)) {
    const { contestant } = await load(script)
    contestant.prepare(row)
    contenders.push({ name, block: (time) => contestant.block(time) })
    bytes[name] = contestant.bytes()
  }
  return { times: await interleave(contenders, rounds, ms), bytes }
}

async function load(script: string): Promise<Realm> {
  const frame = document.body.appendChild(document.createElement('iframe'))
  const realm = frame.contentWindow as Realm
  await new Promise((loaded, failed) => {
    const element = realm.document.createElement('script')
    element.src = script
    element.onload = loaded
    element.onerror = failed
    realm.document.body.append(element)
  })
  return realm
}
