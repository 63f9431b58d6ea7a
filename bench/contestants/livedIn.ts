import type { Attributes } from '@opentelemetry/api'
import { fiveAttributes, twentyAttributes } from './attributes'

interface AnySpan {
  setAttribute(key: string, value: string | number): unknown
  addEvent(name: string, attributes?: Attributes): unknown
  setStatus(status: { code: number; message: string }): unknown
  recordException(error: Error): void
  end(): void
}

interface Options {
  attributes?: Attributes
  kind?: number
}

const CLIENT = 2 // OpenTelemetry's number

/**
 * Makes spans as different as those of a real page: their code then stands compiled for many shapes, as it does there. A page that
 * only ever makes one kind of span flatters whoever is measured in it.
 */
export function livedIn(start: (name: string, options?: Options) => AnySpan): void {
  for (let i = 0; i < 400; i++) {
    start('plain').end()
    start('five', { attributes: fiveAttributes(i) }).end()
    start('twenty', { attributes: twentyAttributes(i) }).end()
    start('empty', {}).end()
    start('kind only', { kind: CLIENT }).end()
    start('click', { attributes: { 'event.type': 'click', 'target.id': `button-${i}` } }).end()
    start('list', { attributes: { tags: ['a', 'b'], count: 2 } }).end()

    const get = start('GET', {
      kind: CLIENT,
      attributes: { 'url.full': `https://shop.example/${i}`, 'server.port': 443 },
    })
    get.setAttribute('http.response.status_code', 200)
    get.addEvent('first byte', { 'network.bytes': i })
    get.end()

    const failed = start('failing', { attributes: { 'error.type': 'Error' } })
    if (i % 8 === 0) failed.recordException(new Error('out of stock'))
    failed.setStatus({ code: 2, message: 'out of stock' })
    failed.end()
  }
}
