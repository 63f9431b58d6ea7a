import { ofetch } from 'ofetch'
import { createRouter, createWebHistory } from 'vue-router'
import { echo, nextFlow } from '../supportFlow'
import HomePage from './HomePage.vue'
import { shownBy } from './shownBy'

/** The page of one product says in its address who opened it; nobody sees it before its guard has asked. */
export function createShopRouter() {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', component: HomePage },
      {
        path: '/product',
        component: () => import('./ProductPage.vue'),
        beforeEnter: async ({ query }) => {
          await ofetch(echo(String(query['by']), 'guard'))
        },
      },
    ],
  })
  router.beforeResolve(async ({ path, query }) => {
    if (path === '/product') await ofetch(echo(String(query['by']), 'loader'))
  })
  router.afterEach((_to, { path }) => {
    if (path === '/product') shownBy.flow = nextFlow('nobody')
  })
  return router
}
