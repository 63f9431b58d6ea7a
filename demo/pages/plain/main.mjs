import { withSpan } from '/telemetry.min.js'
import { actions } from './actions.mjs'

const list = document.getElementById('actions')
const template = document.getElementById('action')

for (const action of actions) list.append(cardOf(action))

/** @param {import('./actions.mjs').Action} action */
function cardOf({ id, title, text, run }) {
  const card = template.content.cloneNode(true).firstElementChild
  const [button, link, result] = ['button', '.trace-link', '.result'].map((selector) => card.querySelector(selector))
  card.id = id
  card.querySelector('h2').textContent = title
  card.querySelector('p').textContent = text
  card.querySelector('code').textContent = sourceOf(run)
  button.setAttribute('aria-label', `Run: ${title}`)

  button.addEventListener('click', async () => {
    button.disabled = true
    show(result, 'running', '…')
    try {
      const message = await withSpan(`click ${title}`, (span) => {
        link.href = `/viewer/trace/${span.getTraceId()}`
        link.hidden = false
        return run()
      })
      show(result, 'done', message)
    } catch (error) {
      show(result, 'failed', error.message)
    }
    button.disabled = false
  })
  return card
}

/** @param {HTMLElement} result @param {'running' | 'done' | 'failed'} outcome @param {string} text */
function show(result, outcome, text) {
  result.dataset.outcome = outcome
  result.textContent = text
}

/** The function's own text, moved to the left. @param {Function} fn */
function sourceOf(fn) {
  return String(fn).replaceAll('\n    ', '\n')
}
