import { AsyncPipe } from '@angular/common'
import { Component, EventEmitter, inject } from '@angular/core'
import type { Observable } from 'rxjs'
import { ShopApi } from './ShopApi'

export const Product = Component({
  selector: 'app-product',
  inputs: ['flow'],
  outputs: ['left'],
  imports: [AsyncPipe],
  template: `
    <p>{{ reviews | async }}</p>
    <button id="back" (click)="left.emit()">back</button>
  `,
})(
  class Product {
    flow = ''
    reviews: Observable<string> | null = null
    readonly left = new EventEmitter<void>()
    private readonly api = inject(ShopApi)

    ngOnInit() {
      this.reviews = this.api.get(this.flow, 'effect')
    }
  },
)
