const told = new Set<string>()

/** Gives `use` what turns a sentence into its text. */
type Speaker = (use: (words: { textOf(sentence: string): string }) => void) => void
let speaker: Speaker = (use) => use({ textOf: String })

/** In the file for a script tag the sentences are in the second part: see `lib/sentences.ts`. */
export function speakBy(given: Speaker): void {
  speaker = given
}

/**
 * The one door for our own failures: writes one sentence to the console, once per sentence, and never throws.
 *
 * @param sentence - what is wrong and what follows from it, in the reader's words
 * @param cause - the error behind it, when there is one
 */
export function report(sentence: string, cause?: unknown): void {
  try {
    const key = String(sentence)
    if (told.has(key) || told.size > 200) return // a page that fails in ever new words must not flood its console
    told.add(key)
    speaker(({ textOf }) => say(textOf(sentence), cause))
  } catch {
    // Not ours to mend, as below.
  }
}

/** Writes a sentence that must not wait for the second part. */
export function say(text: string, cause?: unknown): void {
  try {
    console.warn(`[telemetry] ${text}`, ...(cause === undefined ? [] : [cause]))
  } catch {
    // A console that throws is not ours to mend.
  }
}

/** Runs our own code; what it throws is reported, and `undefined` comes back. Never put the application's code inside. */
export function guard<T>(doing: string, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    report(`${doing} failed; the page goes on without it.`, error)
    return undefined
  }
}

/** Tells that `what` was none of `wanted`, and counts for nothing. */
export function ignored(what: string, wanted: string): void {
  report(`${what} must be ${wanted}; anything else is ignored.`)
}

/** Forgets what was told, so that a test can hear it again. */
export function forgetReports(): void {
  told.clear()
}
