/** An XMLHttpRequest without a network: `answer` and `fail` play it, in the order of events that browsers have. */
export class FakeXhr extends EventTarget {
  readyState = 0
  status = 0
  readonly calls: unknown[][] = []
  headers: [name: string, value: string][] = []
  private round = 0
  private isSent = false

  open(...args: unknown[]): void {
    this.calls.push(['open', ...args])
    if (/\s/.test(String(args[0]))) throw new DOMException('no method', 'SyntaxError')
    this.reset(1)
    this.fire('readystatechange')
  }
  setRequestHeader(name: string, value: string): void {
    this.headers.push([name, value])
  }
  send(...args: unknown[]): void {
    if (this.readyState !== 1 || this.isSent) throw new DOMException('not opened', 'InvalidStateError')
    this.calls.push(['send', ...args])
    this.isSent = true
  }
  abort(): void {
    this.calls.push(['abort'])
    if (this.readyState === 4) this.reset(0)
    if (this.isSent) this.fail('abort')
  }
  answer(status: number, events = ['readystatechange', 'load', 'loadend']): void {
    this.done(status, events)
  }
  fail(how: 'error' | 'timeout' | 'abort'): void {
    this.done(0, ['readystatechange', how, 'loadend'])
    if (how === 'abort' && this.readyState === 4) this.readyState = 0
  }

  private done(status: number, events: readonly string[]): void {
    const { round } = this
    Object.assign(this, { status, readyState: 4, isSent: false })
    // abort() silences the rest; a new open() does not: the old events arrive during the new request.
    for (const event of events) if (this.round === round || this.readyState !== 0) this.fire(event)
  }
  private reset(readyState: number): void {
    this.round++
    Object.assign(this, { status: 0, readyState, isSent: false, headers: [] })
  }
  private fire(type: string): void {
    this.dispatchEvent(new Event(type))
  }
}
