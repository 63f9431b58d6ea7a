import { mkdir, writeFile } from 'node:fs/promises'
import { expect, openLab, test } from './support/test'

// Chromium shows no class of the entries API to the page: what is done with a folder that a visitor drops is only known by the folder.

test('files of a dropped folder are read in the span of the drop', async ({ page, lab }, info) => {
  const folder = info.outputPath('dropped')
  await mkdir(`${folder}/inner`, { recursive: true })
  for (const name of ['a.txt', 'inner/b.txt']) await writeFile(`${folder}/${name}`, name)
  await openLab(page, lab)
  await page.evaluate(async () => {
    const telemetry = api.startTelemetry({ serviceName: 'drops' })
    document.body.style.height = '100vh'
    api.withSpan('first', () => {})
    await telemetry.forceFlush() // both parts are there now
    const seen: [string, boolean][] = []
    const note = (name: string, root: unknown) => seen.push([name, api.getCurrentSpan() === root])
    const walk = (entry: FileSystemEntry, root: unknown, done: () => void): void => {
      if (entry.isFile)
        (entry as FileSystemFileEntry).file((file) => {
          note(`file ${file.name}`, root)
          entry.getParent((parent) => {
            note(`parent ${parent.name}`, root)
            done()
          })
        })
      else
        (entry as FileSystemDirectoryEntry).createReader().readEntries((entries) => {
          note(`folder ${entry.name}`, root)
          let left = entries.length
          for (const one of entries) walk(one, root, () => --left === 0 && done())
        })
    }
    document.addEventListener('dragover', (event) => event.preventDefault())
    document.addEventListener('drop', (event) => {
      event.preventDefault()
      const entry = event.dataTransfer?.items[0]?.webkitGetAsEntry()
      api.withSpan('drop', (span) => walk(entry!, span, () => Object.assign(globalThis, { walked: seen })))
    })
  })
  const session = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', {
      type,
      x: 50,
      y: 50,
      data: { items: [], files: [folder], dragOperationsMask: 1 },
    })
  await page.waitForFunction(() => 'walked' in globalThis)
  const walked = await page.evaluate(() => (globalThis as unknown as { walked: [string, boolean][] }).walked)
  expect(walked.toSorted()).toEqual(
    ['file a.txt', 'file b.txt', 'folder dropped', 'folder inner', 'parent dropped', 'parent inner'].map((name) => [
      name,
      true,
    ]),
  )
})
