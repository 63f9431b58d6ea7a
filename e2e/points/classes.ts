import { createPoints, type Look, later } from './point'

/** Methods, fields and accessors of classes. */
export const classes = createPoints()
const { kept } = classes.by('promise', 'then and await')

class Shop {
  protected readonly look: Look
  constructor(look: Look) {
    this.look = look
  }
  async method() {
    await later(1)
    return this.look()
  }
  arrow = async () => {
    await later(1)
    return this.look()
  }
  get getter() {
    return this.method()
  }
  async #hidden() {
    await later(1)
    return this.look()
  }
  viaPrivate() {
    return this.#hidden()
  }
  static async ofClass(look: Look) {
    await later(1)
    return look()
  }
}
kept('async method', (look) => new Shop(look).method())
kept('async arrow in a class field', (look) => new Shop(look).arrow())
kept('getter that gives a promise', (look) => new Shop(look).getter)
kept('private async method', (look) => new Shop(look).viaPrivate())
kept('static async method', (look) => Shop.ofClass(look))
class Cart extends Shop {
  override async method() {
    const seen = await super.method()
    await later(1)
    return seen === this.look() ? seen : 'changed its span'
  }
}
kept('async method that awaits super', (look) => new Cart(look).method())
kept('arrow in a class field, as a callback', (look) => new Clock(look).ticked)
class Clock {
  private readonly look: Look
  private tick!: (seen: string | null) => void
  readonly ticked = new Promise<string | null>((resolve) => {
    this.tick = resolve
  })
  private readonly onTick = () => this.tick(this.look())
  constructor(look: Look) {
    this.look = look
    setTimeout(this.onTick)
  }
}
