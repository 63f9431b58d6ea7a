import { addElement, createPoints, has, heard, inCallback, later, listened, nextNumber, outside } from './point'

/** Listeners and handlers of synchronous dispatches: whoever listens in another flow, they see the one that dispatches. */
export const events = createPoints()
const { kept } = events.by('sync', 'Synchronous event dispatches')

const news = () => new Event('news')

kept('dispatchEvent on an EventTarget', (look, elsewhere) => {
  const target = new EventTarget()
  const seen = elsewhere(() => listened(look, target, 'news'))
  target.dispatchEvent(news())
  return seen
})
kept('dispatchEvent, a listener for one time', (look, elsewhere) => {
  const target = new EventTarget()
  const seen = elsewhere(() =>
    inCallback(look, (done) => target.addEventListener('news', () => done(), { once: true })),
  )
  target.dispatchEvent(news())
  return seen
})
kept('dispatchEvent, an object with handleEvent', (look, elsewhere) => {
  const target = new EventTarget()
  const seen = elsewhere(() => inCallback(look, (done) => target.addEventListener('news', { handleEvent: done })))
  target.dispatchEvent(news())
  return seen
})
kept('dispatchEvent on an element, listener and on…', (look, elsewhere) => {
  const button = document.createElement('button')
  const seen = elsewhere(() => heard(look, button, 'click'))
  button.dispatchEvent(new Event('click'))
  return seen
})
kept('dispatchEvent, the handler is an attribute', (look, elsewhere) => {
  const name = `point${nextNumber()}`
  return inCallback(look, (done) => {
    const button = elsewhere(() => {
      Object.assign(globalThis, { [name]: done })
      const made = document.createElement('button')
      made.setAttribute('onclick', `${name}()`)
      return made
    })
    button.dispatchEvent(new Event('click'))
  })
})
kept('dispatchEvent, capture phase of an ancestor', (look, elsewhere) => {
  const outer = document.createElement('div')
  const inner = outer.appendChild(document.createElement('button'))
  const seen = elsewhere(() =>
    inCallback(look, (done) => outer.addEventListener('news', () => done(), { capture: true })),
  )
  inner.dispatchEvent(news())
  return seen
})
kept('dispatchEvent, bubbling to an ancestor', (look, elsewhere) => {
  const outer = document.createElement('div')
  const inner = outer.appendChild(document.createElement('button'))
  const seen = elsewhere(() => listened(look, outer, 'news'))
  inner.dispatchEvent(new Event('news', { bubbles: true }))
  return seen
})
kept('dispatchEvent out of a listener', (look, elsewhere) => {
  const [first, second] = [new EventTarget(), new EventTarget()]
  const seen = elsewhere(() => {
    first.addEventListener('news', () => second.dispatchEvent(news()))
    return listened(look, second, 'news')
  })
  first.dispatchEvent(news())
  return seen
})
kept('dispatchEvent after an await', async (look, elsewhere) => {
  const target = new EventTarget()
  const seen = elsewhere(() => listened(look, target, 'news'))
  await later(1)
  target.dispatchEvent(news())
  return seen
})
kept('after an await inside a listener', (look, elsewhere) => {
  const target = new EventTarget()
  const seen = elsewhere(
    () =>
      new Promise<string | null>((resolve) =>
        target.addEventListener('news', async () => {
          await later(1)
          resolve(look())
        }),
      ),
  )
  target.dispatchEvent(news())
  return seen
})
kept('behind dispatchEvent whose listener is of another flow', (look, elsewhere) => {
  const target = new EventTarget()
  elsewhere(() => target.addEventListener('news', () => {}))
  target.dispatchEvent(news())
  return look()
})
kept('dispatchEvent of a change on matchMedia’s list', (look, elsewhere) => {
  const list = matchMedia('(min-width: 1px)')
  const seen = elsewhere(() => heard(look, list, 'change'))
  list.dispatchEvent(new Event('change'))
  return seen
})
kept(
  'an Observable of a target: when() and subscribe()',
  (look, elsewhere) => {
    const target = new EventTarget() as EventTarget & {
      when(type: string): { subscribe(next: () => void): void }
    }
    const seen = elsewhere(() => inCallback(look, (done) => target.when('news').subscribe(done)))
    target.dispatchEvent(news())
    return seen
  },
  () => has('when', EventTarget.prototype),
)

const byNobody = events.by('outside', 'Synchronous event dispatches')
byNobody.none('a listener added in the flow, dispatched by nobody', (look) => {
  const button = document.createElement('button')
  const seen = heard(look, button, 'click')
  outside(() => button.dispatchEvent(new Event('click')))
  return seen
})
byNobody.none('a listener added in the flow, clicked by nobody, in the capture phase', (look) => {
  const outer = document.createElement('div')
  const inner = outer.appendChild(document.createElement('button'))
  const seen = inCallback(look, (done) => outer.addEventListener('click', () => done(), { capture: true }))
  outside(() => inner.click())
  return seen
})
byNobody.none('an abort listener of the flow, aborted by nobody', (look) => {
  const abort = new AbortController()
  const seen = heard(look, abort.signal, 'abort')
  outside(() => abort.abort())
  return seen
})
byNobody.none('after an await inside a listener that nobody dispatched', (look) => {
  const target = new EventTarget()
  const seen = new Promise<string | null>((resolve) =>
    target.addEventListener('news', async () => {
      await later(1)
      resolve(look())
    }),
  )
  outside(() => target.dispatchEvent(news()))
  return seen
})

// ── functions that dispatch ──
interface Sync {
  /** Makes the thing to listen to, in another flow. */
  target(): EventTarget
  /** What makes it dispatch, in this one. */
  cause(target: never): unknown
}
const sync = (
  name: string,
  type: string,
  target: Sync['target'],
  cause: Sync['cause'],
  isThere = () => true as boolean,
  section = 'Synchronous event dispatches',
) =>
  events.by('sync', section).kept(
    name,
    (look, elsewhere) => {
      const { made, seen } = elsewhere(() => {
        const made = target()
        return { made, seen: heard(look, made, type) }
      })
      cause(made as never)
      return seen
    },
    isThere,
  )

const CLICKING = '6.5, 6.6 clicking and focusing'
const INPUTS = '4.10.5 input'
const FORMS = '4.10.21–23 constraints and submission'
const checkbox = () => Object.assign(addElement('input') as HTMLInputElement, { type: 'checkbox' })
sync(
  'click()',
  'click',
  () => addElement('button'),
  (button: HTMLElement) => button.click(),
  undefined,
  CLICKING,
)
kept('abort() of a controller', (look, elsewhere) => {
  const abort = new AbortController()
  const seen = elsewhere(() => heard(look, abort.signal, 'abort'))
  abort.abort()
  return seen
})
kept(
  'abort() of a controller whose signal is part of AbortSignal.any()',
  (look, elsewhere) => {
    const abort = new AbortController()
    const seen = elsewhere(() => heard(look, AbortSignal.any([abort.signal]), 'abort'))
    abort.abort()
    return seen
  },
  () => has('any', AbortSignal),
)
interface PageTaskController {
  readonly signal: EventTarget
  setPriority(priority: string): void
}
kept(
  'setPriority() of a TaskController',
  (look, elsewhere) => {
    const { TaskController } = globalThis as unknown as { TaskController: new () => PageTaskController }
    const controller = new TaskController()
    const seen = elsewhere(() => heard(look, controller.signal, 'prioritychange'))
    controller.setPriority('background')
    return seen
  },
  () => has('TaskController'),
)
sync('click() on a checkbox: input', 'input', checkbox, (box: HTMLElement) => box.click(), undefined, INPUTS)
sync('click() on a checkbox: change', 'change', checkbox, (box: HTMLElement) => box.click(), undefined, INPUTS)
sync(
  'dispatchEvent(new MouseEvent("click")) on a checkbox: change',
  'change',
  checkbox,
  (box: HTMLElement) => box.dispatchEvent(new MouseEvent('click')),
  undefined,
  INPUTS,
)
sync(
  'click() on the label of a checkbox: change',
  'change',
  () => {
    const label = addElement('label')
    return label.appendChild(checkbox())
  },
  (box: HTMLElement) => box.parentElement?.click(),
  undefined,
  INPUTS,
)
const isFocused = () => document.hasFocus()
for (const type of ['focus', 'focusin'])
  sync(
    `focus(): ${type}`,
    type,
    () => addElement('input'),
    (input: HTMLElement) => input.focus(),
    isFocused,
    CLICKING,
  )
for (const type of ['blur', 'focusout'])
  sync(
    `blur(): ${type}`,
    type,
    () => {
      const input = addElement('input')
      input.focus()
      return input
    },
    (input: HTMLElement) => {
      input.focus() // another flow's field may have it
      input.blur()
    },
    isFocused,
    CLICKING,
  )
events.by('task', CLICKING).notTried('focus of an inserted element with autofocus', 'once in the life of a document')
const form = () => {
  const made = addElement('form') as HTMLFormElement
  made.innerHTML = '<input name="name" required>'
  made.addEventListener('submit', (event) => event.preventDefault())
  return made
}
const filled = () => {
  const made = form()
  made.querySelector('input')!.value = 'text'
  return made
}
const field = () => form().querySelector('input') as HTMLInputElement
sync('requestSubmit(): submit', 'submit', filled, (it: HTMLFormElement) => it.requestSubmit(), undefined, FORMS)
sync('new FormData(form): formdata', 'formdata', filled, (it: HTMLFormElement) => new FormData(it), undefined, FORMS)
sync('reset(): reset', 'reset', filled, (it: HTMLFormElement) => it.reset(), undefined, FORMS)
sync('checkValidity(): invalid', 'invalid', field, (it: HTMLInputElement) => it.checkValidity(), undefined, FORMS)
sync('reportValidity(): invalid', 'invalid', field, (it: HTMLInputElement) => it.reportValidity(), undefined, FORMS)
sync(
  'requestSubmit() of a form that is not valid: invalid',
  'invalid',
  field,
  (it: HTMLInputElement) => it.form?.requestSubmit(),
  undefined,
  FORMS,
)
sync(
  'click() of a button with a command: command',
  'command',
  () => {
    const target = addElement()
    target.id = `commanded-${nextNumber()}`
    return target
  },
  (target: HTMLElement) => {
    const button = addElement('button')
    button.setAttribute('command', '--point')
    button.setAttribute('commandfor', target.id)
    button.click()
  },
  () => has('command', HTMLButtonElement.prototype),
  '4.10.6 button',
)
const editable = () => {
  const made = addElement() as HTMLDivElement
  made.contentEditable = 'true'
  return made
}
sync(
  'execCommand("insertText"): input',
  'input',
  editable,
  (it: HTMLElement) => {
    it.focus()
    document.execCommand('insertText', false, 'text')
  },
  isFocused,
  INPUTS,
)

// ── dialogs, popovers, close watchers: what is synchronous of them ──
const dialog = () => addElement('dialog') as HTMLDialogElement
const opened = () => {
  const made = dialog()
  made.show()
  return made
}
const DIALOG = '4.11.4 dialog'
const hasToggle = () => has('ToggleEvent') && has('onbeforetoggle', HTMLElement.prototype)
/** Older engines have these events on popovers only. */
const dialogToggles = () => hasToggle() && toggles(dialog(), (it) => it.show())
const toggles = <T extends HTMLElement>(made: T, cause: (it: T) => void) => {
  let isSeen = false
  made.addEventListener('beforetoggle', () => {
    isSeen = true
  })
  cause(made)
  made.remove()
  return isSeen
}
sync('show(): beforetoggle', 'beforetoggle', dialog, (it: HTMLDialogElement) => it.show(), dialogToggles, DIALOG)
sync(
  'showModal(): beforetoggle',
  'beforetoggle',
  dialog,
  (it: HTMLDialogElement) => {
    it.showModal()
    it.close()
  },
  dialogToggles,
  DIALOG,
)
sync('close(): beforetoggle', 'beforetoggle', opened, (it: HTMLDialogElement) => it.close(), dialogToggles, DIALOG)
sync(
  'requestClose(): cancel',
  'cancel',
  opened,
  (it: HTMLDialogElement) => (it as unknown as { requestClose(): void }).requestClose(),
  () => has('requestClose', HTMLDialogElement.prototype),
  DIALOG,
)
const popover = () => {
  const made = addElement()
  made.setAttribute('popover', 'manual')
  return made
}
const POPOVER = '6.12 popover'
const hasPopover = () => has('showPopover', HTMLElement.prototype)
sync('showPopover(): beforetoggle', 'beforetoggle', popover, (it: HTMLElement) => it.showPopover(), hasPopover, POPOVER)
sync(
  'hidePopover(): beforetoggle',
  'beforetoggle',
  () => {
    const made = popover()
    made.showPopover()
    return made
  },
  (it: HTMLElement) => it.hidePopover(),
  hasPopover,
  POPOVER,
)
interface PageCloseWatcher extends EventTarget {
  requestClose(): void
  close(): void
}
const closeWatcher = () => new (globalThis as unknown as { CloseWatcher: new () => PageCloseWatcher }).CloseWatcher()
const hasWatcher = () => has('CloseWatcher')
const WATCHER = '6.10 close watchers'
sync(
  'close() of a CloseWatcher: close',
  'close',
  closeWatcher,
  (it: PageCloseWatcher) => it.close(),
  hasWatcher,
  WATCHER,
)

// ── what the caller waits for, on the same object ──
const task = (
  name: string,
  type: string,
  target: Sync['target'],
  cause: Sync['cause'],
  section: string,
  isThere: () => boolean | Promise<boolean> = () => true,
) =>
  events.by('task', section).mayBeNone(
    name,
    (look, elsewhere) => {
      const { made, seen } = elsewhere(() => {
        const made = target()
        return { made, seen: heard(look, made, type) }
      })
      cause(made as never)
      return seen
    },
    isThere,
  )
task(
  'details: toggle',
  'toggle',
  () => addElement('details'),
  (it: HTMLDetailsElement) => {
    it.open = true
  },
  '4.11.1 details',
)
task('dialog.show(): toggle', 'toggle', dialog, (it: HTMLDialogElement) => it.show(), DIALOG, dialogToggles)
task('dialog.close(): close', 'close', opened, (it: HTMLDialogElement) => it.close(), DIALOG)
task('popover: toggle', 'toggle', popover, (it: HTMLElement) => it.showPopover(), POPOVER, hasPopover)
const text = () => Object.assign(addElement('input') as HTMLInputElement, { value: 'some text' })
task('select(): select', 'select', text, (it: HTMLInputElement) => it.select(), INPUTS)
task(
  'setSelectionRange(): select',
  'select',
  text,
  (it: HTMLInputElement) => {
    it.focus()
    it.setSelectionRange(1, 3)
  },
  INPUTS,
)
task(
  'requestFullscreen() of a dialog, which is refused: fullscreenerror',
  'fullscreenerror',
  dialog,
  (it: HTMLElement) => void it.requestFullscreen().catch(() => {}),
  'Summary of event propagation rules',
  () => document.fullscreenEnabled,
)
events
  .by('task', 'Summary of event propagation rules')
  .notTried('requestFullscreen(): fullscreenchange', 'a screen is wanted')
events.by('task', INPUTS).notTried('showPicker(): input, change, cancel', 'the picker is the system’s')
events.by('task', 'Objects responsible for one task').mayBeNone('AbortSignal.timeout(): abort', (look, elsewhere) => {
  const signal = AbortSignal.timeout(5)
  return elsewhere(() => heard(look, signal, 'abort'))
})
events
  .by('task', 'Summary of event propagation rules')
  .notTried('BackgroundFetchRegistration: progress', 'a service worker and a permission are wanted')
