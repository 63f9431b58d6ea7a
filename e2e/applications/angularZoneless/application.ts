import { shopRequests } from '../angular/application'
import type { Application } from '../supportBuild'

export const angularZoneless: Application = {
  title: 'Angular 21 zoneless, HttpClient, RxJS',
  folder: 'angularZoneless',
  body: '<app-shop></app-shop>',
  requests: shopRequests,
  kept: {
    plain: { right: 38, lost: 1, queue: 1 },
    withPlugin: { right: 38, lost: 1, queue: 1 },
    lowered: { right: 38, lost: 1, queue: 1 },
  },
}
