import { Component, inject, signal } from '@angular/core'
import { ShopApi } from './ShopApi'

/** Asks for its price once it is there. */
export const Line = Component({
  selector: 'app-line',
  inputs: ['flow'],
  template: '<p>{{ price() }}</p>',
})(
  class Line {
    flow = ''
    readonly price = signal('…')
    private readonly api = inject(ShopApi)

    ngOnInit() {
      this.api.get(this.flow, 'effect').subscribe((price) => this.price.set(price))
    }
  },
)
