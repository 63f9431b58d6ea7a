const PATIENCE_MS = 10_000

/** Asks again and again until it holds, and tells what did not come. */
export async function until(what: () => string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const started = Date.now()
  while (!(await holds())) {
    if (Date.now() - started > PATIENCE_MS) throw new Error(`never happened: ${what()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
