import { createPoints, type Look, listened } from './point'

/** What a visitor or the system does: it belongs to nobody, whoever listens. */
export const visitor = createPoints()
const outside = visitor.by('outside', 'Externally-caused event dispatches')

/** Only what the browser dispatches itself. */
const seenBy = (look: Look, target: EventTarget, type: string, capture: boolean) =>
  new Promise<string | null>((resolve) =>
    target.addEventListener(type, ({ isTrusted }) => isTrusted && resolve(look()), { capture }),
  )

/** In front of everything that other points have left, so that every click hits it. */
const cover = () => {
  const before = document.querySelector('#point-cover')
  if (before) return before as HTMLInputElement
  const input = document.createElement('input')
  input.id = 'point-cover'
  input.popover = 'manual'
  Object.assign(input.style, { position: 'fixed', inset: '0', width: '100%', height: '100%' })
  document.body.append(input)
  input.showPopover()
  return input
}
for (const type of ['pointerdown', 'mousedown', 'mouseup', 'click', 'focus'])
  outside.noneWhen('clicks', `a click: ${type}`, (look) => {
    if (type === 'focus') cover().blur()
    return listened(look, cover(), type)
  })
outside.noneWhen('clicks', 'a click, in the capture phase of the document', (look) =>
  seenBy(look, document, 'click', true),
)
outside.noneWhen('clicks', 'a click, bubbling to the window', (look) => seenBy(look, window, 'click', false))
for (const type of ['keydown', 'beforeinput', 'input', 'keyup'])
  outside.noneWhen('types', `a key: ${type}`, (look) => {
    cover().focus()
    return listened(look, cover(), type)
  })

const system = visitor.by('outside', '8.10 system state')
system.noneWhen('goes offline', 'the network goes: offline', (look) => seenBy(look, window, 'offline', false))
system.noneWhen('goes offline', 'the network comes back: online', (look) => seenBy(look, window, 'online', false))
system.notTried('languagechange', 'a setting of the browser')
visitor
  .by('outside', '6.2 page visibility')
  .notTried('visibilitychange', 'see hiddenTab.test.ts for a page that is hidden')
visitor
  .by('outside', '6.11 drag and drop')
  .notTried('dragstart, drag, dragenter, dragleave, dragover, drop, dragend', 'a pointer that drags')
