// What the spans of the benchmarks carry: object literals written anew for each span, as in an application's code.

const URLS = Array.from({ length: 16 }, (_, i) => `https://shop.example/api/items/${i}?page=2`)

export const fiveAttributes = (n: number) => ({
  'http.request.method': 'GET',
  'url.full': URLS[n & 15] as string,
  'http.response.status_code': 200,
  'server.address': 'shop.example',
  'shop.item': n,
})

export const twentyAttributes = (n: number) => ({
  'http.request.method': 'GET',
  'url.full': 'https://shop.example/api/items?page=2',
  'http.response.status_code': 200,
  'server.address': 'shop.example',
  'server.port': 443,
  'network.protocol.version': '1.1',
  'user_agent.original': 'Mozilla/5.0',
  'enduser.id': 'somebody',
  'session.id': '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  'browser.language': 'en-GB',
  'browser.mobile': false,
  'app.route': '/items/:id',
  'app.version': '4.7.11',
  'app.flag.cart': true,
  'shop.currency': 'EUR',
  'shop.total': 59.9,
  'shop.items': 3,
  'shop.coupon': 'WINTER',
  'shop.step': 'checkout',
  'shop.item': n,
})
