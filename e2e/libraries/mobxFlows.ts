import { autorun, flow as flowOfMobx, makeAutoObservable, observable, reaction, runInAction, when } from 'mobx'
import { createNotes, inEach, type Notes, own, until, type Who, wait } from './flow'
import { here } from './recipes/here'

class Cart {
  last: Who = 'none'
  changes = 0
  done: Who[] = []
  inSpan: ReturnType<typeof here> = (run) => run()

  constructor(private readonly note: Notes['note']) {
    makeAutoObservable<Cart, 'note'>(this, { note: false, inSpan: false, buy: flowOfMobx })
  }

  put(who: Who) {
    this.last = who
    this.changes++
    this.inSpan = here()
  }

  *buy(who: Who): Generator<Promise<void>, void> {
    yield own()
    this.note('behind a yield in a flow()', who)
    yield wait(1)
    this.note('behind a second yield in a flow()', who)
    this.done.push(who)
  }
}

async function flows(later: (cart: Cart, effect: () => void) => void) {
  const { seen, note } = createNotes()
  const cart = new Cart(note)
  let isDelayed = false
  const isOpen = observable.box(false)
  const stops: (() => void)[] = []
  await inEach(async (who) => {
    stops.push(
      reaction(
        () => cart.changes,
        () => note(`the effect of a reaction() that ${who} made, by who changes`, cart.last),
      ),
      autorun(() => {
        if (cart.changes > 0) note(`an autorun() that ${who} made, by who changes`, cart.last)
      }),
    )
  })
  stops.push(
    reaction(
      () => cart.changes,
      () =>
        later(cart, () => {
          note('the effect of a reaction() with a delay, by who changed last', cart.last)
          isDelayed = true
        }),
      { delay: 10 },
    ),
  )
  await inEach(async (who) => {
    runInAction(() => cart.put(who))
    await cart.buy(who)
    note('behind await of a flow()', who)
    await when(() => cart.done.length === 3)
    note('behind await when()', who)
    when(
      () => isOpen.get(),
      () => note('the effect of when(), opened by nobody', who),
    )
    await until(() => isDelayed)
  })
  isOpen.set(true)
  for (const stop of stops) stop()
  return seen
}

export const plain = () => flows((_, effect) => effect())
export const withRecipe = () => flows((cart, effect) => cart.inSpan(effect))
