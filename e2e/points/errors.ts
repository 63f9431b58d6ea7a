import { createPoints, has, later, listened, nextNumber } from './point'

/** Errors that nobody caught: they are told to nobody’s context, also where it happens at once. */
export const errors = createPoints()
const { none } = errors.by('error', '8.1 scripting')

const page = globalThis as unknown as EventTarget
const calm = (event: Event) => {
  event.preventDefault() // the test’s own browser would tell of it
  return true
}
/** What a listener of the window sees of an error with these words. */
const told = (look: () => string | null, words: string) =>
  listened(look, page, 'error', (event) => (event as ErrorEvent).message.includes(words) && calm(event))
const unique = () => `on purpose ${nextNumber()}.`

none(
  'reportError(): error',
  (look) => {
    const words = unique()
    const seen = told(look, words)
    reportError(new Error(words))
    return seen
  },
  () => has('reportError'),
)
none('a listener that throws: error', (look) => {
  const words = unique()
  const seen = told(look, words)
  const target = new EventTarget()
  target.addEventListener('news', () => {
    throw new Error(words)
  })
  target.dispatchEvent(new Event('news'))
  return seen
})
none('a timer that throws: error', (look) => {
  const words = unique()
  const seen = told(look, words)
  setTimeout(() => {
    throw new Error(words)
  })
  return seen
})
none('queueMicrotask that throws: error', async (look) => {
  const words = unique()
  const seen = told(look, words)
  await later(1) // WebDriver keeps for itself what is thrown in its own tasks
  queueMicrotask(() => {
    throw new Error(words)
  })
  return seen
})
none('a listener of XHR that throws: error', (look) => {
  const words = unique()
  const seen = told(look, words)
  const xhr = new XMLHttpRequest()
  xhr.open('GET', '/lab/echo')
  xhr.onload = () => {
    throw new Error(words)
  }
  xhr.send()
  return seen
})
none('a script that throws at once: error', async (look) => {
  const words = unique()
  const seen = told(look, words)
  await later(1)
  const script = document.createElement('script')
  script.textContent = `throw new Error('${words}')`
  document.head.append(script)
  return seen
})
none(
  'reportError(): window.onerror',
  (look) => {
    const words = unique()
    return new Promise((resolve) => {
      const before = window.onerror
      window.onerror = (message) => {
        if (String(message).includes(words)) resolve(look())
        return true
      }
      reportError(new Error(words))
      window.onerror = before
    })
  },
  () => has('reportError'),
)
const isOf = (words: string) => (event: Event) =>
  String((event as PromiseRejectionEvent).reason).includes(words) && calm(event)
none('a rejection that nobody handles: unhandledrejection', (look) => {
  const words = unique()
  const seen = listened(look, page, 'unhandledrejection', isOf(words))
  void Promise.reject(new Error(words))
  return seen
})
none('an async function that rejects later: unhandledrejection', (look) => {
  const words = unique()
  const seen = listened(look, page, 'unhandledrejection', isOf(words))
  void (async () => {
    await later(1)
    throw new Error(words)
  })()
  return seen
})
none('a rejection that is handled late: rejectionhandled', async (look) => {
  const words = unique()
  const unhandled = listened(look, page, 'unhandledrejection', isOf(words))
  const seen = listened(look, page, 'rejectionhandled', isOf(words))
  const promise = Promise.reject(new Error(words))
  await unhandled
  setTimeout(() => promise.catch(() => {}), 5)
  return seen
})
