import { sound } from './film'
import { createPoints, has, inCallback, inTime, nextNumber } from './point'

/** Callbacks that tell of the end of an operation, that take part in one, or that tell a state. */
export const completions = createPoints()
const { kept, notTried } = completions.by('completion', 'Async completion callbacks')

kept('canvas.toBlob', (look) => inCallback(look, (done) => document.createElement('canvas').toBlob(() => done())))
const withText = () => new DataTransfer().items.add('text', 'text/plain')
kept(
  'DataTransferItem.getAsString',
  (look) => inCallback(look, (done) => withText()?.getAsString(() => done())),
  inTime(() => new Promise((resolve) => withText()?.getAsString(() => resolve(true)))),
)
/** Asking a visitor would wait for an answer for ever. */
const isDecided = (name: PermissionName) => async () => {
  if (!has('permissions', navigator)) return false
  return (await navigator.permissions.query({ name })).state !== 'prompt'
}
kept(
  'Notification.requestPermission callback',
  (look) => inCallback(look, (done) => void Notification.requestPermission(() => done())),
  async () => has('Notification') && (await isDecided('notifications')()),
)
const audio = () => new OfflineAudioContext(1, 1, 44_100)
const soundBytes = async () => (await fetch(sound(0.01))).arrayBuffer()
kept(
  'decodeAudioData, success',
  async (look) => {
    const bytes = await soundBytes()
    return inCallback(look, (done) => void audio().decodeAudioData(bytes, () => done()))
  },
  inTime(async () => Boolean(await audio().decodeAudioData(await soundBytes()))),
)
const failToDecode = (done: () => void) =>
  void audio()
    .decodeAudioData(new Uint8Array(64).buffer, () => {}, done)
    .catch(() => {})
kept(
  'decodeAudioData, error',
  (look) => inCallback(look, failToDecode),
  inTime(() => new Promise((resolve) => failToDecode(() => resolve(true)))),
)
kept(
  'navigator.geolocation.getCurrentPosition',
  (look) => inCallback(look, (done) => navigator.geolocation.getCurrentPosition(done, done, { timeout: 1000 })),
  async () => has('geolocation', navigator) && (await isDecided('geolocation')()),
)

// ── the entries API, through the file system that Chromium has for it; a drop of files would need a visitor ──
type FromRoot = (root: FileSystemDirectoryEntry, done: () => void) => void
const withRoot = (run: (root: FileSystemDirectoryEntry) => void) => {
  const { webkitRequestFileSystem } = globalThis as unknown as {
    webkitRequestFileSystem(type: 0, bytes: number, done: (system: FileSystem) => void): void
  }
  webkitRequestFileSystem(0, 1024, ({ root }) => run(root))
}
const hasRoot = inTime(() => new Promise((resolve) => withRoot(() => resolve(true))))
// Only Chromium can make such a file system, and shows none of its classes to the page: they are wrapped when an entry is there.
const entries = (name: string, run: FromRoot) =>
  kept(
    name,
    async (look) => {
      const root = await new Promise<FileSystemDirectoryEntry>(withRoot)
      return inCallback(look, (done) => run(root, done))
    },
    async () => has('webkitRequestFileSystem') && (await hasRoot()),
  )
const file = (root: FileSystemDirectoryEntry) =>
  new Promise<FileSystemFileEntry>((resolve) =>
    root.getFile(`file-${nextNumber()}`, { create: true }, (entry) => resolve(entry as FileSystemFileEntry)),
  )
entries('FileSystemDirectoryEntry.getFile, success', (root, done) => root.getFile('new', { create: true }, done))
entries('FileSystemDirectoryEntry.getFile, error', (root, done) => root.getFile('missing', {}, undefined, done))
entries('FileSystemDirectoryEntry.getDirectory', (root, done) => root.getDirectory('folder', { create: true }, done))
entries('FileSystemDirectoryReader.readEntries', (root, done) => root.createReader().readEntries(done))
entries('FileSystemEntry.getParent', (root, done) => root.getParent(done))
kept(
  'FileSystemFileEntry.file',
  async (look) => {
    const entry = await file(await new Promise<FileSystemDirectoryEntry>(withRoot))
    return inCallback(look, (done) => entry.file(() => done()))
  },
  async () => has('webkitRequestFileSystem') && (await hasRoot()),
)
notTried('DataTransferItem.webkitGetAsEntry and its methods', 'a drop by hand alone: see e2e/entries.test.ts')

const algorithm = completions.by('completion', 'Callbacks run as part of an async algorithm')
// WebKitGTK 2.50 without a graphics card crashes in it, also without us.
const hasTransitions = () => has('startViewTransition', document) && !navigator.vendor.startsWith('Apple')
const transition = (update: Parameters<Document['startViewTransition']>[0]) => {
  const { ready, finished, updateCallbackDone } = document.startViewTransition(update)
  for (const promise of [ready, finished, updateCallbackDone]) promise.catch(() => {}) // the next transition ends this one
}
algorithm.kept(
  'document.startViewTransition callback',
  (look) => inCallback(look, (done) => transition(() => done())),
  hasTransitions,
)
algorithm.kept(
  'document.startViewTransition({ update })',
  (look) => inCallback(look, (done) => transition({ update: () => done() })),
  () => hasTransitions() && has('ViewTransitionTypeSet'),
)
interface OfElement {
  startViewTransition(update: () => void): Record<'ready' | 'finished' | 'updateCallbackDone', Promise<unknown>>
}
algorithm.kept(
  'element.startViewTransition callback',
  (look) =>
    inCallback(look, (done) => {
      const element = document.createElement('div')
      document.body.append(element)
      const { ready, finished, updateCallbackDone } = (element as unknown as OfElement).startViewTransition(done)
      for (const promise of [ready, finished, updateCallbackDone]) promise.catch(() => {})
    }),
  () => has('startViewTransition', Element.prototype),
)
algorithm.kept('navigator.locks callback', (look) =>
  inCallback(look, (done) => void navigator.locks.request(`point-${nextNumber()}`, async () => done())),
)
algorithm.kept('navigator.locks callback that waits for its turn', async (look, elsewhere) => {
  const name = `point-${nextNumber()}`
  const release = await new Promise<() => void>((held) => {
    void navigator.locks.request(name, () => new Promise<void>((resolve) => held(resolve)))
  })
  return inCallback(look, (done) => {
    void navigator.locks.request(name, { mode: 'shared' }, async () => done())
    elsewhere(release)
  })
})
algorithm.kept('navigator.locks callback that gets no lock', async (look) => {
  const name = `point-${nextNumber()}`
  const release = await new Promise<() => void>((held) => {
    void navigator.locks.request(name, () => new Promise<void>((resolve) => held(resolve)))
  })
  const seen = await inCallback(
    look,
    (done) => void navigator.locks.request(name, { ifAvailable: true }, async () => done()),
  )
  release()
  return seen
})

const status = completions.by('status', 'Status change listener callbacks')
status.kept(
  'navigator.geolocation.watchPosition',
  (look) =>
    inCallback(look, (done) => {
      const id = navigator.geolocation.watchPosition(end, end, { timeout: 1000 })
      function end() {
        navigator.geolocation.clearWatch(id)
        done()
      }
    }),
  async () => has('geolocation', navigator) && (await isDecided('geolocation')()),
)
status.notTried('navigator.mediaSession.setActionHandler', 'only keys of the system call it')
interface Remote {
  watchAvailability(callback: () => void): Promise<number>
}
const watch = (done: () => void) =>
  (addAudio() as unknown as { remote: Remote }).remote.watchAvailability(done).catch(() => {})
const addAudio = () => document.createElement('audio')
status.kept(
  'RemotePlayback.watchAvailability',
  (look) => inCallback(look, (done) => void watch(done)),
  inTime(() => new Promise((resolve) => void watch(() => resolve(true)))),
)

const worklets = completions.by('status', 'Worklets')
worklets.notTried('AudioWorklet: registerProcessor', 'another agent, without us')
worklets.notTried('PaintWorklet: registerPaint', 'another agent, without us')
