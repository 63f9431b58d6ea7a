/** What one frame is given, in its address, and what counts as its answer when it gives none. */
export interface FramePlay<Told> {
  readonly given: object
  readonly silent: Told
}

/** Runs in the page: one frame of `url` for each play, six at a time. Gives what the frames told by `postMessage`. */
export async function openFrames<Told>({
  url,
  plays,
  patienceMs,
}: {
  readonly url: string
  readonly plays: readonly FramePlay<Told>[]
  readonly patienceMs: number
}): Promise<Told[]> {
  const told: Told[] = []
  const waiting = [...plays]
  const next = async () => {
    for (let play = waiting.shift(); play !== undefined; play = waiting.shift()) {
      const { given, silent } = play
      const frame = document.createElement('iframe')
      frame.src = `${url}#${encodeURIComponent(JSON.stringify(given))}`
      const answer = new Promise<Told>((resolve) => {
        const listener = (event: MessageEvent<Told>) => {
          if (event.source !== frame.contentWindow) return
          removeEventListener('message', listener)
          resolve(event.data)
        }
        addEventListener('message', listener)
        setTimeout(() => resolve(silent), patienceMs)
      })
      document.body.append(frame)
      told.push(await answer)
      frame.remove()
    }
  }
  await Promise.all(Array.from({ length: 6 }, next))
  return told
}
