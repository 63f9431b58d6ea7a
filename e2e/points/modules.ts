import { createPoints, later, nextNumber } from './point'

/** Modules: they are evaluated once for all who import them, so in nobody’s context. */
export const modules = createPoints()
const { none } = modules.by('module', 'Module evaluation')

/** Code of a module that nobody has imported yet. `seen` is called by it. */
const fresh = (code: (name: string) => string, tell: () => void) => {
  const name = `module${nextNumber()}`
  Object.assign(globalThis, { [name]: tell, [`${name}later`]: later })
  return `data:text/javascript,${encodeURIComponent(code(name))}`
}
const evaluated = (code: (name: string) => string) => (look: () => string | null) =>
  new Promise<string | null>((resolve) => void import(fresh(code, () => resolve(look()))))

none(
  'inside a module that import() evaluates',
  evaluated((name) => `${name}()`),
)
none(
  'behind an await at the top of a module',
  evaluated((name) => `await ${name}later(1); ${name}()`),
)
none('inside what a module imports', (look) => {
  let url = ''
  const seen = new Promise<string | null>((resolve) => {
    url = fresh(
      (name) => `${name}()`,
      () => resolve(look()),
    )
  })
  void import(`data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(url)}; // ${nextNumber()}`)}`)
  return seen
})
none(
  'inside a module that waits for another',
  evaluated((name) => {
    const slow = `data:text/javascript,${encodeURIComponent(`await ${name}later(1)`)}`
    return `import ${JSON.stringify(slow)}; ${name}()`
  }),
)
none(
  'behind then of a promise, at the top of a module',
  evaluated((name) => `${name}later(1).then(${name})`),
)
none(
  'in a timer that a module sets while it is evaluated',
  evaluated((name) => `setTimeout(${name})`),
)
none('inside a module script that is inserted', (look) => {
  const name = `module${nextNumber()}`
  return new Promise((resolve) => {
    Object.assign(globalThis, { [name]: () => resolve(look()) })
    const script = document.createElement('script')
    script.type = 'module'
    script.textContent = `${name}()`
    document.head.append(script)
  })
})
