import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConsoleExporter } from '../../src/export/console'
import { InMemoryExporter } from '../../src/export/inMemory'
import { keepSpans } from '../support/telemetry'
import { plainSpan } from './plainSpan'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('InMemoryExporter', () => {
  it('keeps spans, oldest first, until reset', async () => {
    const exporter = new InMemoryExporter()
    const [a, b] = [plainSpan({ name: 'a' }), plainSpan({ name: 'b' })]
    expect(await exporter.export([a])).toEqual({ code: 'success' })
    await exporter.export([b])
    expect(exporter.getFinishedSpans()).toEqual([a, b])
    exporter.reset()
    expect(exporter.getFinishedSpans()).toEqual([])
  })

  it('a list that was given out does not change', async () => {
    const exporter = new InMemoryExporter()
    const before = exporter.getFinishedSpans()
    await exporter.export([plainSpan()])
    expect(before).toEqual([])
  })

  it('what it has stays readable after shutdown; later exports fail, as of every exporter', async () => {
    const exporter = new InMemoryExporter()
    await exporter.export([plainSpan()])
    await exporter.shutdown()
    expect(await exporter.export([plainSpan()])).toMatchObject({ code: 'failed' })
    expect(exporter.getFinishedSpans()).toHaveLength(1)
  })
})

describe('ConsoleExporter', () => {
  it('writes one line for each span with name, duration and trace, and the whole span beside it', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const test = keepSpans()
    test.telemetry
      .startSpan('load user', { attributes: { 'user.id': 7 } })
      .addEvent('found')
      .end()
    test.telemetry.startSpan('fails').setStatus('error', 'no such user').end()
    expect(await new ConsoleExporter().export(test.spans)).toEqual({ code: 'success' })
    await test.telemetry.shutdown()
    expect(log).toHaveBeenCalledTimes(2)
    const [[line, whole], [failedLine]] = log.mock.calls as [[string, Record<string, unknown>], [string]]
    expect(line).toMatch(/^\[span\] load user \d+\.\d ms [0-9a-f]{32}$/)
    expect(failedLine).toContain('✗')
    expect(whole).toMatchObject({
      name: 'load user',
      attributes: { 'user.id': 7 },
      events: [{ name: 'found' }],
      status: { code: 'unset' },
      resource: { attributes: { 'service.name': 'unknown_service' } },
    })
  })

  it('has a word for a span that has not ended', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    await new ConsoleExporter().export([plainSpan({ name: 'open', endTime: null })])
    expect(log.mock.calls[0]![0]).toMatch(/^\[span\] open 0\.0 ms/)
  })

  it('later exports fail after shutdown, as of every exporter', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const exporter = new ConsoleExporter()
    await exporter.shutdown()
    expect(await exporter.export([plainSpan()])).toMatchObject({ code: 'failed' })
    expect(log).not.toHaveBeenCalled()
  })
})
