import type { Application } from '../supportBuild'
import type { Requests } from '../supportStory'

/** Of both builds of the shop. */
export const shopRequests: Requests = {
  boot: ['config', 'effect'],
  add: ['handler', 'mutation', 'refetch', 'effect'],
  refresh: ['refetch'],
  filter: ['effect'],
  save: ['handler', 'effect'],
  open: ['loader', 'effect'],
  back: ['effect'],
}

export const angular: Application = {
  title: 'Angular 21 with its zone.js, HttpClient, RxJS',
  folder: 'angular',
  body: '<app-shop></app-shop>',
  requests: shopRequests,
  kept: {
    plain: { right: 39, lost: 1, queue: 0 },
    withPlugin: { right: 39, lost: 1, queue: 0 },
    lowered: { right: 38, lost: 1, queue: 1 },
  },
}
