// Before the first paint, so that a remembered dark page does not flash white. A file of its own, because the page's policy runs no script
// that stands in the page.
try {
  const chosen = localStorage.getItem('viewer.theme')
  const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
} catch {
  document.documentElement.dataset.theme = 'light'
}
