/** A local storage whose texts are properties of its own. */
export function fakeLocalStorage(): Record<string, string> {
  const texts: Record<string, string> = Object.create({
    length: 0,
    getItem: (name: string) => texts[name] ?? null,
    setItem(name: string, text: string) {
      texts[name] = text
    },
    removeItem(name: string) {
      delete texts[name]
    },
  })
  return texts
}
