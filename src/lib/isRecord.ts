export const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object of names and values: not one that keeps them elsewhere, such as a `Map`, a `Headers` or a promise. */
export const isRecord = (value: unknown): boolean =>
  isObject(value) && (Object.keys(value as object).length > 0 || {}.toString.call(value) === '[object Object]')
