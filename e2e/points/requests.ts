import { createPoints, heard, type Look, later, listened, outside } from './point'

/** XMLHttpRequest: from `send()` until it is over its events belong to whoever sent it. */
export const requests = createPoints()
const { kept } = requests.by('task', 'Objects responsible for one task')

const opened = (path = '/lab/echo', method = 'GET') => {
  const xhr = new XMLHttpRequest()
  xhr.open(method, path)
  return xhr
}
const isDone = ({ target }: Event) => (target as XMLHttpRequest).readyState === 4

/** Made and heard in another flow, sent in this one. */
const sent = (
  name: string,
  type: string,
  make: () => XMLHttpRequest,
  isWanted?: (event: Event) => boolean,
  of: (xhr: XMLHttpRequest) => EventTarget = (xhr) => xhr,
) =>
  kept(name, (look, elsewhere) => {
    const { xhr, seen } = elsewhere(() => {
      const xhr = make()
      return { xhr, seen: heard(look, of(xhr), type, isWanted) }
    })
    xhr.send('x'.repeat(1000))
    return seen
  })

sent('XHR loadstart', 'loadstart', opened)
sent('XHR readystatechange, the last', 'readystatechange', opened, isDone)
sent(
  'XHR readystatechange of the headers',
  'readystatechange',
  opened,
  ({ target }) => (target as XMLHttpRequest).readyState === 2,
)
sent('XHR progress', 'progress', opened)
sent('XHR load', 'load', opened)
sent('XHR loadend', 'loadend', opened)
sent('XHR error', 'error', () => opened('/lab/broken'))
sent('XHR loadend after an error', 'loadend', () => opened('/lab/broken'))
sent('XHR timeout', 'timeout', () => Object.assign(opened('/lab/hang'), { timeout: 20 }))
const upload = (xhr: XMLHttpRequest) => xhr.upload
const posted = () => opened('/lab/echo', 'POST')
for (const type of ['loadstart', 'progress', 'load', 'loadend'])
  sent(`XHR upload ${type}`, type, posted, undefined, upload)
const REFUSED = 'http://127.0.0.1:1/' // a port that browsers ask nothing of
sent('XHR upload error', 'error', () => opened(REFUSED, 'POST'), undefined, upload)
kept('XHR load, on whom one flow made, a second heard and this one sent', (look, elsewhere) => {
  const xhr = elsewhere(() => opened())
  const seen = elsewhere(() => heard(look, xhr, 'load'))
  xhr.send()
  return seen
})
for (const who of ['another flow', 'nobody'])
  kept(`XHR load, which ${who} sends once more and is refused`, (look, elsewhere) => {
    const xhr = elsewhere(() => opened())
    const seen = elsewhere(() => heard(look, xhr, 'load'))
    xhr.send()
    const refused = () => {
      try {
        xhr.send()
      } catch {}
    }
    if (who === 'nobody') outside(refused)
    else elsewhere(refused)
    return seen
  })
kept('XHR load, sent behind an await', async (look, elsewhere) => {
  const { xhr, seen } = elsewhere(() => {
    const xhr = opened()
    return { xhr, seen: heard(look, xhr, 'load') }
  })
  await later(1)
  xhr.send()
  return seen
})
kept('XHR load, heard in another flow after it was sent', (look, elsewhere) => {
  const xhr = opened()
  xhr.send()
  return elsewhere(() => heard(look, xhr, 'load'))
})
kept('XHR load of the second time, after another flow’s', async (look, elsewhere) => {
  const xhr = elsewhere(() => opened())
  const over = elsewhere(() => heard(look, xhr, 'loadend'))
  elsewhere(() => xhr.send())
  await over
  xhr.open('GET', '/lab/echo')
  const seen = elsewhere(() => heard(look, xhr, 'load'))
  xhr.send()
  return seen
})
kept('XHR load, whose first listener lets another flow send again, to the second', (look, elsewhere) => {
  const xhr = elsewhere(() => opened())
  let times = 0
  const sendAgain = () => {
    if (++times > 1) return
    xhr.open('GET', '/lab/echo')
    xhr.send()
  }
  elsewhere(() => xhr.addEventListener('load', () => elsewhere(sendAgain)))
  const seen = elsewhere(() => heard(look, xhr, 'load'))
  xhr.send()
  return seen
})
kept('after an await inside an XHR load listener', (look, elsewhere) => {
  const xhr = elsewhere(() => opened())
  const seen = elsewhere(
    () =>
      new Promise<string | null>((resolve) =>
        xhr.addEventListener('load', async () => {
          await later(1)
          resolve(look())
        }),
      ),
  )
  xhr.send()
  return seen
})
kept('XHR load while the page dispatches one of its own', async (look, elsewhere) => {
  const xhr = elsewhere(() => opened())
  xhr.send()
  const isTrusted = ({ isTrusted }: Event) => isTrusted
  const seen = elsewhere(() => listened(look, xhr, 'load', isTrusted))
  elsewhere(() => xhr.dispatchEvent(new Event('load')))
  return seen
})

const sync = requests.by('sync', 'Synchronous event dispatches')
sync.kept('XHR open(): readystatechange', (look, elsewhere) => {
  const xhr = elsewhere(() => new XMLHttpRequest())
  const seen = elsewhere(() => heard(look, xhr, 'readystatechange'))
  xhr.open('GET', '/lab/echo')
  return seen
})
const aborted = (
  type: string,
  isWanted?: (event: Event) => boolean,
  of: (xhr: XMLHttpRequest) => EventTarget = (xhr) => xhr,
) => {
  const where = of === upload ? 'upload ' : ''
  sync.kept(`XHR abort() of what another flow sent: ${where}${type}`, (look, elsewhere) => {
    const { xhr, seen } = elsewhere(() => {
      const xhr = opened('/lab/hang', 'POST')
      const seen = heard(look, of(xhr), type, isWanted)
      xhr.send('text')
      return { xhr, seen }
    })
    xhr.abort()
    return seen
  })
}
for (const type of ['abort', 'loadend']) aborted(type)
for (const type of ['abort', 'loadend']) aborted(type, undefined, upload)
aborted('readystatechange', isDone)
sync.kept('XHR abort() behind an await of what another flow sent: abort', async (look, elsewhere) => {
  const { xhr, seen } = elsewhere(() => {
    const xhr = opened('/lab/hang')
    const seen = heard(look, xhr, 'abort')
    xhr.send()
    return { xhr, seen }
  })
  await later(1)
  xhr.abort()
  return seen
})
/** Sent to be over before `send()` returns. */
const blocking = (
  look: Look,
  elsewhere: <T>(work: () => T) => T,
  type: string,
  isWanted?: (event: Event) => boolean,
) => {
  const xhr = elsewhere(() => {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/lab/echo', false)
    return xhr
  })
  const seen = elsewhere(() => heard(look, xhr, type, isWanted))
  xhr.send()
  return seen
}
sync.kept('XHR that blocks: load', (look, elsewhere) => blocking(look, elsewhere, 'load'))
sync.kept('XHR that blocks: readystatechange', (look, elsewhere) =>
  blocking(look, elsewhere, 'readystatechange', isDone),
)
sync.kept('dispatchEvent on an XHR that another flow has sent', (look, elsewhere) => {
  const xhr = elsewhere(() => {
    const xhr = opened('/lab/hang')
    xhr.send()
    return xhr
  })
  const seen = elsewhere(() => heard(look, xhr, 'news'))
  xhr.dispatchEvent(new Event('news'))
  xhr.abort()
  return seen
})
sync.kept('dispatchEvent of a load on an XHR that another flow has sent', (look, elsewhere) => {
  const xhr = elsewhere(() => {
    const xhr = opened('/lab/hang')
    xhr.send()
    return xhr
  })
  const seen = elsewhere(() => heard(look, xhr, 'load'))
  xhr.dispatchEvent(new Event('load'))
  xhr.abort()
  return seen
})
