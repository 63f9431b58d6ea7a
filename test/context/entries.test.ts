// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { runIn, startContext } from '../../src/context/context'
import { activeSpan, contextWithNewSpan } from '../support/contexts'

type Callback = (...args: unknown[]) => unknown

/** What the page handed over to be called later. */
let kept: Callback[] = []
const keep = (...args: unknown[]) => void kept.push(...(args.filter((arg) => typeof arg === 'function') as Callback[]))

/** Classes of the platform, which the page may see or not. */
function makePlatform() {
  class FileSystemEntry {
    getParent(...args: unknown[]) {
      keep(...args)
    }
  }
  class FileSystemFileEntry extends FileSystemEntry {
    file(...args: unknown[]) {
      keep(...args)
    }
  }
  class FileSystemDirectoryReader {
    readEntries(...args: unknown[]) {
      keep(...args)
    }
  }
  class FileSystemDirectoryEntry extends FileSystemEntry {
    createReader() {
      return new FileSystemDirectoryReader()
    }
    getFile(...args: unknown[]) {
      keep(...args)
    }
    getDirectory(...args: unknown[]) {
      keep(...args)
    }
  }
  class DataTransferItem {
    entry: unknown = null
    webkitGetAsEntry() {
      return this.entry
    }
  }
  return { FileSystemEntry, FileSystemFileEntry, FileSystemDirectoryReader, FileSystemDirectoryEntry, DataTransferItem }
}

let platform = makePlatform()
let context = contextWithNewSpan()
let stop: () => void

beforeEach(() => {
  kept = []
  platform = makePlatform()
  context = contextWithNewSpan()
  vi.stubGlobal('DataTransferItem', platform.DataTransferItem)
})
afterEach(() => {
  stop()
  vi.unstubAllGlobals()
})

const dropped = (entry: unknown) => {
  const item = new platform.DataTransferItem()
  item.entry = entry
  return item.webkitGetAsEntry() as InstanceType<typeof platform.FileSystemDirectoryEntry>
}

/** Calls back what was handed over in a span, with these arguments; gives the spans in which it was called. */
function spansOfCallbacks(ask: (done: Callback) => unknown, ...given: unknown[]): unknown[] {
  const seen: unknown[] = []
  const heard: unknown[] = []
  runIn(context, () =>
    ask((...args) => {
      seen.push(activeSpan())
      heard.push(args)
    }),
  )
  for (const callback of kept.splice(0)) {
    callback(...given)
    expect(heard.pop()).toEqual(given)
  }
  expect(activeSpan()).toBeNull()
  return seen
}

for (const isSeen of [false, true])
  it(`a dropped folder is walked in the span that walks it, where the page ${isSeen ? 'sees' : 'does not see'} the classes`, () => {
    if (isSeen) for (const [name, made] of Object.entries(platform)) vi.stubGlobal(name, made)
    stop = startContext()
    const { span } = context
    const folder = dropped(new platform.FileSystemDirectoryEntry())
    const file = new platform.FileSystemFileEntry()
    expect(spansOfCallbacks((done) => folder.createReader().readEntries(done, done), [file])).toEqual([span, span])
    expect(spansOfCallbacks((done) => file.file(done, done))).toEqual([span, span])
    expect(spansOfCallbacks((done) => file.getParent(done))).toEqual([span])
    expect(spansOfCallbacks((done) => folder.getFile('a', {}, done, done))).toEqual([span, span])
    expect(spansOfCallbacks((done) => folder.getDirectory('a', {}, done, done))).toEqual([span, span])
  })

it('what an application read outside of spans is known afterwards', () => {
  stop = startContext()
  const folder = dropped(new platform.FileSystemDirectoryEntry())
  const file = new platform.FileSystemFileEntry()
  folder.createReader().readEntries(() => activeSpan())
  expect(kept.splice(0).map((callback) => callback([file]))).toEqual([null])
  expect(spansOfCallbacks((done) => file.file(done))).toEqual([context.span])
})

it('no entry, and what is none, are passed on', () => {
  stop = startContext()
  for (const entry of [null, undefined, 5, 'text', [], {}, Object.create(null)]) expect(dropped(entry)).toBe(entry)
})

it('all is back after the stop', () => {
  const before = [...Object.values(platform)].map(({ prototype }) => Object.getOwnPropertyDescriptors(prototype))
  stop = startContext()
  dropped(new platform.FileSystemDirectoryEntry()).createReader()
  dropped(new platform.FileSystemFileEntry())
  expect([...Object.values(platform)].map(({ prototype }) => Object.getOwnPropertyDescriptors(prototype))).not.toEqual(
    before,
  )
  stop()
  expect([...Object.values(platform)].map(({ prototype }) => Object.getOwnPropertyDescriptors(prototype))).toEqual(
    before,
  )
})
