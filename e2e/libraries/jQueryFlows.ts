import $ from 'jquery'
import { createNotes, inEach, type Who, wait } from './flow'

export async function plain() {
  const { seen, note } = createNotes()
  const button = $('<button>').appendTo(document.body)
  let shared: JQuery.jqXHR | null = null
  const answered: Promise<void>[] = []
  await inEach(async (who) => {
    button.on('news', (_, by: Who) => note(`a handler that ${who} added, by who triggers`, by))
    shared ??= $.getJSON('/lab/echo?shared')
    const request = $.getJSON(`/lab/echo?${who}`)
    shared.done(() => note('done() of a request that the first flow sent', who))
    request.done(() => note('done() of its own request', who))
    request.then(() => note('then() of its own request', who))
    shared.then(() => note('then() of a request that the first flow sent', who))
    answered.push(new Promise((resolve) => request.always(() => resolve())))
    await Promise.resolve(request)
    note('behind await Promise.resolve($.getJSON())', who)
    button.trigger('news', [who])
    await answered[0]
    const awaited = async () => {
      await $.getJSON('/lab/echo')
      note('behind await $.getJSON()', who)
    }
    await awaited()
    note('behind await of an async function that awaited $.getJSON()', who)
    await wait(10)
  })
  button.remove()
  return seen
}
