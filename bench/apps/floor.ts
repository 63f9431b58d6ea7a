// The least that lets a page see a native `await` while it runs, and nothing behind it: the engine asks a promise for its
// `constructor`, and where the answer is not Promise it takes the way that asks for `then`. Whoever follows pays at least this.
import { expose } from './expose'

const nativeThen = Promise.prototype.then
const standIn = { [Symbol.species]: Promise }
let isInside = false

let hook = () => {
  hook = () => {}
  Object.defineProperty(Promise.prototype, 'constructor', {
    configurable: true,
    get: () => (isInside ? standIn : Promise),
  })
  Object.defineProperty(Promise.prototype, 'then', { configurable: true, get: () => nativeThen })
}

expose(async (work) => {
  hook()
  isInside = true
  try {
    return await work()
  } finally {
    isInside = false
  }
})
