// A component as others write it: zone change detection, state in plain fields, nothing that tells Angular what has changed.
import { HttpClient } from '@angular/common/http'
import { Component, inject, NgZone } from '@angular/core'
import { delay, firstValueFrom, map, switchMap } from 'rxjs'
import { look, lookedForChanges, withSpan } from './watch'

interface Echo {
  readonly url: string
}

/** Without a build step of Angular's: its compiler runs in the page, and the decorator is called by hand. */
export const Shop = Component({
  selector: 'app-shop',
  template: `
    <button id="sync" (click)="sync()">sync</button>
    <button id="timer" (click)="timer()">timer</button>
    <button id="then" (click)="then()">then</button>
    <button id="fetch" (click)="fetchThen()">fetch</button>
    <button id="await" (click)="awaitFetch()">await</button>
    <button id="http" (click)="get()">HttpClient</button>
    <button id="chain" (click)="chain()">HttpClient and RxJS</button>
    <button id="zones" (click)="zones()">in and out of NgZone</button>
    <button id="promised" (click)="promised()">HttpClient and await</button>
    <output>{{ shown }}</output>
  `,
})(
  class Shop {
    shown = 'nothing yet'
    private readonly http = inject(HttpClient)
    private readonly zone = inject(NgZone)

    ngDoCheck() {
      lookedForChanges()
    }

    sync() {
      withSpan('sync', () => {
        look('handler')
        this.shown = 'sync'
      })
    }

    timer() {
      withSpan('timer', () => {
        setTimeout(() => {
          look('timer')
          this.shown = 'timer'
        })
      })
    }

    then() {
      withSpan('then', () => {
        void Promise.resolve()
          .then(() => look('first then'))
          .then(() => {
            look('second then')
            this.shown = 'then'
          })
      })
    }

    fetchThen() {
      withSpan('fetch', () => {
        void fetch('/lab/echo?fetch')
          .then((response) => {
            look('response')
            return response.json() as Promise<Echo>
          })
          .then(({ url }) => {
            look('json')
            this.shown = url
          })
      })
    }

    awaitFetch() {
      void withSpan('await', async () => {
        const response = await fetch('/lab/echo?await')
        look('after await of fetch')
        const { url } = (await response.json()) as Echo
        look('after await of json')
        await new Promise((resolve) => setTimeout(resolve))
        look('after await of a timer')
        await (async () => {})()
        look('after await of an async function')
        await fetch('/lab/echo?after-await')
        this.shown = url
      })
    }

    get() {
      withSpan('http', () => {
        this.http.get<Echo>('/lab/echo?http').subscribe(({ url }) => {
          look('subscriber')
          this.shown = url
        })
      })
    }

    chain() {
      withSpan('chain', () => {
        this.http
          .get<Echo>('/lab/echo?chain')
          .pipe(
            delay(1),
            switchMap(() => this.http.get<Echo>('/lab/echo?chained')),
            map(({ url }) => url),
          )
          .subscribe((url) => {
            look('subscriber')
            this.shown = url
          })
      })
    }

    zones() {
      withSpan('zones', () => {
        this.zone.runOutsideAngular(() => {
          look('outside')
          setTimeout(() => {
            look('timer outside')
            this.zone.run(() => {
              look('inside again')
              this.shown = 'zones'
            })
          })
        })
        this.zone.run(() => look('inside'))
      })
    }

    promised() {
      void withSpan('promised', async () => {
        await firstValueFrom(this.http.get<Echo>('/lab/echo?first'))
        look('after await of the first')
        const { url } = await firstValueFrom(this.http.get<Echo>('/lab/echo?second'))
        look('after await of the second')
        this.shown = url
      })
    }
  },
)
