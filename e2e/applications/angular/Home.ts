import { Component, EventEmitter, effect, inject, signal } from '@angular/core'
import { withSpan } from '@codomyrmex/telemetry'
import { firstValueFrom, switchMap } from 'rxjs'
import { nextFlow } from '../supportFlow'
import { Line } from './Line'
import { ShopApi } from './ShopApi'

export const Home = Component({
  selector: 'app-home',
  inputs: ['shownBy'],
  outputs: ['opened'],
  imports: [Line],
  template: `
    <button id="add" (click)="add()">add</button>
    <button id="refresh" (click)="refresh()">refresh</button>
    <button id="filter" (click)="choose()">filter</button>
    <button id="save" (click)="save()">save</button>
    <button id="open" (click)="open()">open</button>
    <p>{{ list() }}</p>
    @for (flow of added(); track flow) {
      <app-line [flow]="flow" />
    }
  `,
})(
  class Home {
    shownBy = ''
    readonly opened = new EventEmitter<string>()
    readonly list = signal('')
    readonly added = signal<readonly string[]>([])
    readonly filter = signal('')
    private readonly api = inject(ShopApi)

    constructor() {
      effect(() => {
        if (this.filter()) this.api.get(this.filter(), 'effect').subscribe()
      })
    }

    ngOnInit() {
      this.api.get(this.shownBy, 'effect').subscribe((list) => this.list.set(list))
    }

    add() {
      const flow = nextFlow('add')
      withSpan(flow, () => {
        this.api
          .get(flow, 'handler')
          .pipe(
            switchMap(() => this.api.putIntoCart(flow)),
            switchMap(() => this.api.get(flow, 'refetch')),
          )
          .subscribe((list) => {
            this.list.set(list)
            this.added.update((added) => [...added, flow])
          })
      })
    }

    refresh() {
      this.api.get(nextFlow('nobody'), 'refetch').subscribe((list) => this.list.set(list))
    }

    choose() {
      const flow = nextFlow('filter')
      withSpan(flow, () => this.filter.set(flow))
    }

    save() {
      const flow = nextFlow('save')
      void withSpan(flow, async () => {
        await this.api.loadSession(flow)
        this.added.update((added) => [...added, flow])
        await firstValueFrom(this.api.save(flow))
      })
    }

    open() {
      const flow = nextFlow('open')
      void withSpan(flow, async () => {
        await firstValueFrom(this.api.get(flow, 'loader'))
        this.opened.emit(flow)
      })
    }
  },
)
