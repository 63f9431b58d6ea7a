// Every application of the test and of the table: a folder, and one line here.

export { angular } from './angular/application'
export { angularZoneless } from './angularZoneless/application'
export { reactRouter } from './reactRouter/application'
export { rtkQuery } from './rtkQuery/application'
export { solid } from './solid/application'
export { svelte } from './svelte/application'
export { vue } from './vue/application'
