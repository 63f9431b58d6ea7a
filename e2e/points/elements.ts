import { addElement, comes, createPoints, has, heard, listened, nextNumber } from './point'

/** The document: animations, custom elements, and what its changes cause elsewhere. */
export const elements = createPoints()

// ── animations ──
const animations = elements.by('task', 'ours: by the rule of task objects')
const animate = (ms = 5) => addElement().animate([{ opacity: 0 }, { opacity: 1 }], ms)
const still = (ms = 5) => new Animation(new KeyframeEffect(addElement(), [{ opacity: 0 }, { opacity: 1 }], ms))
animations.kept('animate(): finish', (look, elsewhere) => {
  const animation = animate()
  return elsewhere(() => heard(look, animation, 'finish'))
})
animations.kept('Animation.play(): finish', (look, elsewhere) => {
  const animation = elsewhere(() => still())
  const seen = elsewhere(() => heard(look, animation, 'finish'))
  animation.play()
  return seen
})
animations.kept('Animation.play() after it has finished in another flow: finish', async (look, elsewhere) => {
  const animation = elsewhere(() => animate())
  await animation.finished
  const seen = elsewhere(() => heard(look, animation, 'finish'))
  animation.play()
  return seen
})
animations.kept('Animation that another flow finishes: finish', (look, elsewhere) => {
  const animation = animate(10_000)
  return elsewhere(() => {
    const seen = heard(look, animation, 'finish')
    animation.finish()
    return seen
  })
})
animations.kept('Animation that another flow cancels: cancel', (look, elsewhere) => {
  const animation = animate(10_000)
  return elsewhere(() => {
    const seen = heard(look, animation, 'cancel')
    animation.cancel()
    return seen
  })
})
animations.kept(
  'finish of an animation that its first listener plays in another flow, to the second',
  (look, elsewhere) => {
    const animation = elsewhere(() => still())
    let times = 0
    elsewhere(() => animation.addEventListener('finish', () => elsewhere(() => ++times === 1 && animation.play())))
    const seen = elsewhere(() => heard(look, animation, 'finish'))
    animation.play()
    return seen
  },
)
elements.by('promise', 'then and await').kept('await animation.finished', async (look) => {
  await animate().finished
  return look()
})
elements.by('promise', 'then and await').kept('await animation.ready', async (look) => {
  await animate().ready
  return look()
})
elements.by('separate', 'ours: nothing decides').none('Animation that another one replaces: remove', (look) => {
  const element = addElement()
  const forwards = () => element.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 1, fill: 'forwards' })
  const first = forwards()
  const seen = heard(look, first, 'remove')
  forwards()
  return seen
})

const STYLE = `
  @keyframes point { from { opacity: 0.5 } to { opacity: 1 } }
  .point-animated { animation: point 5ms }
  .point-shown { opacity: 0.5; transition: opacity 5ms }
  .point-shown.point-moved { opacity: 1 }
`
const styled = (name = '') => {
  if (!document.querySelector('#point-style')) {
    const style = document.createElement('style')
    style.id = 'point-style'
    style.textContent = STYLE
    document.head.append(style)
  }
  const element = addElement()
  element.textContent = 'text'
  element.className = name
  return element
}
const separate = elements.by('separate', 'Events dispatched on separate objects')
for (const type of ['animationstart', 'animationend'])
  separate.none(`a class that animates: ${type}`, (look) => {
    const element = styled()
    const seen = heard(look, element, type)
    element.classList.add('point-animated')
    return seen
  })
for (const type of ['transitionrun', 'transitionend'])
  separate.none(`a class that moves: ${type}`, async (look) => {
    const element = styled('point-shown')
    getComputedStyle(element).opacity // or there is nothing to come from
    const seen = heard(look, element, type)
    element.classList.add('point-moved')
    return seen
  })
const unseen = () => {
  const element = addElement()
  element.textContent = 'text'
  return element
}
const CONTENT = 'contentvisibilityautostatechange'
separate.none(
  `style.contentVisibility: ${CONTENT}`,
  (look) => {
    const element = unseen()
    const seen = heard(look, element, CONTENT)
    element.style.contentVisibility = 'auto'
    return seen
  },
  comes(() => {
    const target = unseen()
    return {
      target,
      type: CONTENT,
      cause: () => {
        target.style.contentVisibility = 'auto'
      },
    }
  }),
)
separate.none('an attribute that the policy forbids: securitypolicyviolation', (look) => {
  if (!document.querySelector('#point-policy')) {
    const meta = document.createElement('meta')
    meta.id = 'point-policy'
    meta.httpEquiv = 'Content-Security-Policy'
    meta.content = "style-src-attr 'none'"
    document.head.append(meta)
  }
  const seen = listened(look, document, 'securitypolicyviolation')
  addElement().setAttribute('style', 'color: red')
  return seen
})
const nothing = elements.by('separate', 'ours: nothing decides')
nothing.none('scrollTop: scroll', (look) => {
  const element = addElement()
  Object.assign(element.style, { height: '20px', overflow: 'scroll' })
  element.innerHTML = '<p>one<p>two<p>three'
  const seen = heard(look, element, 'scroll')
  element.scrollTop = 10
  return seen
})
nothing.none('append() to a shadow host: slotchange', (look) => {
  const host = addElement()
  const slot = host.attachShadow({ mode: 'open' }).appendChild(document.createElement('slot'))
  const seen = heard(look, slot, 'slotchange')
  host.append(document.createElement('p'))
  return seen
})
nothing.none('a selection that changes: selectionchange of the document', (look) => {
  const element = unseen()
  const seen = listened(look, document, 'selectionchange')
  document.getSelection()!.selectAllChildren(element)
  return seen
})
const gl = () => document.createElement('canvas').getContext('webgl')
elements.by('separate', '8.1 scripting').none(
  'a lost context of WebGL: webglcontextlost',
  (look) => {
    const context = gl()!
    const seen = heard(look, context.canvas as HTMLCanvasElement, 'webglcontextlost')
    context.getExtension('WEBGL_lose_context')!.loseContext()
    return seen
  },
  () => Boolean(gl()?.getExtension('WEBGL_lose_context')),
)

// ── custom elements ──
type Reaction = (name: string) => void
let told: Reaction = () => {}
const define = () => {
  const name = `x-point-${nextNumber()}`
  customElements.define(
    name,
    class extends HTMLElement {
      static observedAttributes = ['title']
      static formAssociated = true
      constructor() {
        super()
        told('constructor')
      }
      connectedCallback() {
        told('connected')
      }
      disconnectedCallback() {
        told('disconnected')
      }
      connectedMoveCallback() {
        told('moved')
      }
      adoptedCallback() {
        told('adopted')
      }
      attributeChangedCallback() {
        told('attribute')
      }
      formAssociatedCallback() {
        told('form')
      }
      formResetCallback() {
        told('reset')
      }
      formDisabledCallback() {
        told('disabled')
      }
    },
  )
  return name
}
const reacts = (
  name: string,
  reaction: string,
  prepare: () => HTMLElement,
  change: (element: HTMLElement) => void,
  isThere?: () => boolean | Promise<boolean>,
) =>
  elements.by('reaction', 'Custom elements').kept(
    name,
    (look, elsewhere) => {
      const element = elsewhere(prepare)
      const seen = new Promise<string | null>((resolve) => {
        told = (said) => said === reaction && resolve(look())
      })
      change(element)
      return seen
    },
    isThere,
  )
const made = () => document.createElement(define())
const appended = () => addElement().appendChild(made())
const inForm = () => {
  const form = addElement('form')
  return form.appendChild(made())
}
reacts(
  'createElement() of a custom element: its constructor',
  'constructor',
  () => addElement(define()),
  (element) => {
    document.createElement(element.localName)
  },
)
reacts(
  'innerHTML with a custom element: its constructor',
  'constructor',
  () => addElement(define()),
  (element) => {
    addElement().innerHTML = `<${element.localName}></${element.localName}>`
  },
)
reacts('append(): connectedCallback', 'connected', made, (element) => document.body.append(element))
reacts('remove(): disconnectedCallback', 'disconnected', appended, (element) => element.remove())
reacts(
  'moveBefore(): connectedMoveCallback',
  'moved',
  appended,
  (element) => {
    const { parentElement } = element
    ;(parentElement as unknown as { moveBefore(node: Node, child: null): void }).moveBefore(element, null)
  },
  () => has('moveBefore', Element.prototype),
)
reacts('setAttribute(): attributeChangedCallback', 'attribute', made, (element) => element.setAttribute('title', 'new'))
reacts('a property that reflects: attributeChangedCallback', 'attribute', made, (element) => {
  element.title = 'new'
})
reacts('adoptNode(): adoptedCallback', 'adopted', appended, (element) => {
  document.implementation.createHTMLDocument().adoptNode(element)
})
const hasInternals = () => has('attachInternals', HTMLElement.prototype)
reacts(
  'append() to a form: formAssociatedCallback',
  'form',
  made,
  (element) => void addElement('form').append(element),
  hasInternals,
)
reacts(
  'setAttribute("disabled"): formDisabledCallback',
  'disabled',
  inForm,
  (element) => element.setAttribute('disabled', ''),
  hasInternals,
)
reacts('form.reset(): formResetCallback', 'reset', inForm, (element) => element.closest('form')!.reset(), hasInternals)
elements
  .by('reaction', 'Custom elements')
  .kept('customElements.define() of what stands there: its constructor', (look) => {
    const name = `x-point-${nextNumber()}`
    addElement(name)
    return new Promise((resolve) =>
      customElements.define(
        name,
        class extends HTMLElement {
          constructor() {
            super()
            resolve(look())
          }
        },
      ),
    )
  })
elements.by('reaction', 'Custom elements').kept('customElements.upgrade(): its constructor', (look) => {
  const name = `x-point-${nextNumber()}`
  const element = document.createElement(name)
  return new Promise((resolve) => {
    customElements.define(
      name,
      class extends HTMLElement {
        constructor() {
          super()
          resolve(look())
        }
      },
    )
    customElements.upgrade(element)
  })
})

elements.by('sync', '8.9.2 printing').notTried('print(): beforeprint, afterprint', 'the system asks the visitor')
