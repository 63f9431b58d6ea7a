/**
 * A page of any engine: as much of Playwright's `Page` as the tests need that run in all three. WebKitGTK's browser is driven
 * through WebDriver, which knows no more.
 */
export interface EnginePage {
  goto(url: string): Promise<unknown>
  /** Runs the function in the page, as it is written; what it takes and gives travels as JSON. */
  evaluate<R>(run: () => R | Promise<R>): Promise<R>
  evaluate<R, A>(run: (argument: A) => R | Promise<R>, argument: A): Promise<R>
  /** A visitor's, with events that the browser itself dispatches. */
  readonly mouse: { click(x: number, y: number): Promise<void> }
  readonly keyboard: { press(key: string): Promise<void> }
  /** Missing where the network cannot be taken away. */
  context?(): { setOffline(isOffline: boolean): Promise<void> }
}
