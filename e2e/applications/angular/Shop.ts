import { Component, signal } from '@angular/core'
import { nextFlow } from '../supportFlow'
import { Home } from './Home'
import { Product } from './Product'

export const Shop = Component({
  selector: 'app-shop',
  imports: [Home, Product],
  template: `
    @if (product(); as flow) {
      <app-product [flow]="flow" (left)="leave()" />
    } @else {
      <app-home [shownBy]="shownBy" (opened)="product.set($event)" />
    }
  `,
})(
  class Shop {
    readonly product = signal('')
    shownBy = 'boot'

    leave() {
      this.shownBy = nextFlow('nobody')
      this.product.set('')
    }
  },
)
