import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import type { Seen } from './libraries/flow'
import { type LibraryServer, startGraphqlServer, startSocketIoServer } from './libraries/startLibraryServers'
import { bundleModule } from './support/bundleModule'
import type { Lab } from './support/startLab'
import { allSaid, expect, openLab, test } from './support/test'

/**
 * By place: whose flow is current there, where the work of a first flow, of none and of a second one runs.
 *
 * | | |
 * | --- | --- |
 * | own | each its own |
 * | none | none, in all of them |
 * | queue of first | that of the first flow in all of them, since it began the queue |
 *
 * In brackets: whose work comes there, if it is not that of all three. Anything else is wrong, and has no word.
 */
type Verdicts = Readonly<Record<string, string>>

interface Walk {
  /** What the file exports. */
  readonly way: string
  readonly expected: Verdicts
  /** The library was evaluated before telemetry was started. */
  readonly isLoadedFirst?: true
  /** Built with `followAwaits()`. */
  readonly hasPlugin?: true
}

interface Library {
  readonly file: string
  /** Where its server is, or its worker. */
  readonly start?: (lab: Lab) => Promise<LibraryServer>
  readonly walks: Readonly<Record<string, Walk>>
}

const MOCK_WORKER = new URL('../node_modules/msw/lib/mockServiceWorker.js', import.meta.url)

const LIBRARIES: Readonly<Record<string, Library>> = {
  'p-queue': {
    file: 'pQueueFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'a task begins': 'queue of first',
          'behind an await in a task': 'queue of first',
          'behind await add()': 'own',
          'behind await onIdle()': 'own',
          'a task of addAll()': 'queue of first',
          'behind await addAll()': 'own',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'a task begins': 'own',
          'behind an await in a task': 'own',
          'behind await add()': 'own',
          'behind await onIdle()': 'own',
          'a task of addAll()': 'own',
          'behind await addAll()': 'own',
        },
      },
    },
  },
  bottleneck: {
    file: 'bottleneckFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'a task begins': 'queue of first',
          'behind an await in a task': 'queue of first',
          'behind await schedule()': 'own',
          'a task with options': 'queue of first',
          'behind await schedule() with options': 'own',
          'a wrapped function': 'queue of first',
          'behind await of a wrapped function': 'own',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'a task begins': 'own',
          'behind an await in a task': 'own',
          'behind await schedule()': 'own',
          'a task with options': 'own',
          'behind await schedule() with options': 'own',
          'a wrapped function': 'own',
          'behind await of a wrapped function': 'own',
        },
      },
    },
  },
  lodash: {
    file: 'lodashFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'the leading call of debounce()': 'own (first)',
          'the leading call of throttle()': 'own (first)',
          'in a memoised function that the first flow called': 'own (first)',
          'behind await of a memoised function': 'own',
          'the trailing call of debounce(), with the last arguments': 'queue of first (second)',
          'the trailing call of throttle()': 'queue of first (second)',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'the leading call of debounce()': 'own (first)',
          'the leading call of throttle()': 'own (first)',
          'in a memoised function that the first flow called': 'own (first)',
          'behind await of a memoised function': 'own',
          'the trailing call of debounce(), with the last arguments': 'own (second)',
          'the trailing call of throttle()': 'own (second)',
        },
      },
    },
  },
  'RxJS, streams that several flows share': {
    file: 'rxjsQueueFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'a subscriber of a subject, by who emits': 'own',
          'concatMap over a subject, the work begins': 'queue of first',
          'switchMap over a subject, the work begins': 'own',
          'exhaustMap over a subject, the work begins': 'own (first)',
          'concatMap over a subject, behind a promise': 'queue of first',
          'exhaustMap over a subject, behind a promise': 'own (first)',
          'switchMap over a subject, behind a promise': 'own (second)',
          'debounceTime over a subject, the work begins': 'queue of first (second)',
          'debounceTime over a subject, behind a promise': 'queue of first (second)',
          'a subscriber of share()': 'queue of first',
          'a subscriber of shareReplay() before the value': 'queue of first',
          'a subscriber of shareReplay() behind the value': 'own',
          'behind await firstValueFrom()': 'own',
          'fromEvent, dispatched by nobody': 'none',
          'observeOn(asapScheduler)': 'queue of first',
          'behind await of observeOn(asapScheduler)': 'own',
          'observeOn(animationFrameScheduler)': 'queue of first',
          'behind await of observeOn(animationFrameScheduler)': 'own',
        },
      },
      ', with the recipes': {
        way: 'withRecipe',
        expected: {
          'a subscriber of a subject, by who emits': 'own',
          'concatMap over a subject, the work begins': 'own',
          'switchMap over a subject, the work begins': 'own',
          'exhaustMap over a subject, the work begins': 'own (first)',
          'concatMap over a subject, behind a promise': 'own',
          'exhaustMap over a subject, behind a promise': 'own (first)',
          'switchMap over a subject, behind a promise': 'own (second)',
          'debounceTime over a subject, the work begins': 'own (second)',
          'debounceTime over a subject, behind a promise': 'own (second)',
          'a subscriber of share()': 'own',
          'a subscriber of shareReplay() before the value': 'own',
          'a subscriber of shareReplay() behind the value': 'own',
          'behind await firstValueFrom()': 'own',
          'fromEvent, dispatched by nobody': 'own',
          'observeOn(asapScheduler)': 'own',
          'behind await of observeOn(asapScheduler)': 'own',
          'observeOn(animationFrameScheduler)': 'own',
          'behind await of observeOn(animationFrameScheduler)': 'own',
        },
      },
    },
  },
  DataLoader: {
    file: 'dataLoaderFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'the batch function, for each of its keys': 'queue of first',
          'behind an await in the batch function': 'queue of first',
          'behind await load()': 'own',
          'behind await load() of what is cached': 'own',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'the batch function, for each of its keys': 'own',
          'behind an await in the batch function': 'own',
          'behind await load()': 'own',
          'behind await load() of what is cached': 'own',
        },
      },
    },
  },
  'graphql-ws': {
    file: 'graphqlWsFlows',
    start: startGraphqlServer,
    walks: {
      '': {
        way: 'plain',
        expected: {
          'the event “opened”, by who opens the connection': 'own (first)',
          'connectionParams(), by who opens the connection': 'own (first)',
          'the event “message”, of the shared connection': 'own (none)',
          'the event “connected”, by who opens the connection': 'none (first)',
          'next() of a sink': 'none',
          'complete() of a sink': 'own',
          'behind await of a subscription': 'own',
          'in a loop over iterate()': 'own',
          'behind a loop over iterate()': 'own',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'the event “opened”, by who opens the connection': 'own (first)',
          'connectionParams(), by who opens the connection': 'own (first)',
          'the event “message”, of the shared connection': 'own (none)',
          'the event “connected”, by who opens the connection': 'none (first)',
          'next() of a sink': 'own',
          'complete() of a sink': 'own',
          'behind await of a subscription': 'own',
          'in a loop over iterate()': 'own',
          'behind a loop over iterate()': 'own',
        },
      },
    },
  },
  'socket.io': {
    file: 'socketIoFlows',
    start: startSocketIoServer,
    walks: {
      ', a WebSocket': {
        way: 'websocket',
        expected: {
          'a listener of “connect”': 'none',
          'behind await emitWithAck()': 'own',
          'the callback of emit()': 'none',
          'behind await of the callback': 'own',
          'a listener of what the server sends': 'none',
          'behind await of what the server sends': 'own',
        },
      },
      ', polling': {
        way: 'polling',
        expected: {
          'a listener of “connect”': 'queue of first',
          'behind await emitWithAck()': 'own',
          'the callback of emit()': 'queue of first',
          'behind await of the callback': 'own',
          'a listener of what the server sends': 'queue of first',
          'behind await of what the server sends': 'own',
        },
      },
      ', polling, with the recipe': {
        way: 'pollingOutside',
        expected: {
          'a listener of “connect”': 'none',
          'behind await emitWithAck()': 'own',
          'the callback of emit()': 'none',
          'behind await of the callback': 'own',
          'a listener of what the server sends': 'none',
          'behind await of what the server sends': 'own',
        },
      },
      ', with bind()': {
        way: 'bound',
        expected: {
          'a listener of “connect”': 'own',
          'behind await emitWithAck()': 'own',
          'the callback of emit()': 'own',
          'behind await of the callback': 'own',
          'a listener of what the server sends': 'own',
          'behind await of what the server sends': 'own',
        },
      },
    },
  },
  Apollo: {
    file: 'apolloFlows',
    start: startGraphqlServer,
    walks: {
      '': {
        way: 'plain',
        expected: {
          'a link of the application': 'own',
          'fetch of a query': 'own',
          'behind await query()': 'own',
          'behind await query() of what the first flow asks for': 'own',
          'fetch of a mutation': 'own',
          'update()': 'own',
          'behind await mutate()': 'own',
          'a subscriber of watchQuery(), what is cached': 'own',
          'a subscriber of watchQuery() of first, by who writes': 'own (second)',
          'a subscriber of watchQuery() of none, by who writes': 'own (second)',
          'a subscriber of watchQuery() of second, by who writes': 'own (second)',
        },
      },
      ', batched': {
        way: 'batched',
        expected: {
          'a link of the application': 'own',
          'fetch of a query': 'queue of first',
          'behind await query()': 'own',
          'behind await query() of what the first flow asks for': 'own',
          'fetch of a mutation': 'queue of first',
          'update()': 'queue of first',
          'behind await mutate()': 'own',
          'a subscriber of watchQuery(), what is cached': 'own',
          'a subscriber of watchQuery() of first, by who writes': 'own (second)',
          'a subscriber of watchQuery() of none, by who writes': 'own (second)',
          'a subscriber of watchQuery() of second, by who writes': 'own (second)',
        },
      },
      ', batched, with the recipe': {
        way: 'withRecipe',
        expected: {
          'a link of the application': 'own',
          'fetch of a query': 'own',
          'behind await query()': 'own',
          'behind await query() of what the first flow asks for': 'own',
          'fetch of a mutation': 'own',
          'update()': 'own',
          'behind await mutate()': 'own',
          'a subscriber of watchQuery(), what is cached': 'own',
          'a subscriber of watchQuery() of first, by who writes': 'own (second)',
          'a subscriber of watchQuery() of none, by who writes': 'own (second)',
          'a subscriber of watchQuery() of second, by who writes': 'own (second)',
        },
      },
    },
  },
  urql: {
    file: 'urqlFlows',
    start: startGraphqlServer,
    walks: {
      '': {
        way: 'plain',
        expected: {
          'a query by toPromise(): onOperation of an exchange': 'own',
          'a query by toPromise(): onResult of an exchange': 'own',
          'a query by toPromise(): behind await': 'own',
          'behind await toPromise() of what the first flow asks for': 'own',
          'a query that is awaited itself: onOperation of an exchange': 'none',
          'a query that is awaited itself: onResult of an exchange': 'none',
          'a query that is awaited itself: behind await': 'none',
          'a query that is awaited itself: behind await of the function around it': 'own',
          'a subscriber of first of what is cached, by who asks': 'own',
          'a subscriber of none of what is cached, by who asks': 'own (none, second)',
          'a subscriber of second of what is cached, by who asks': 'own (second)',
        },
      },
      ', with the build plugin': {
        way: 'plain',
        hasPlugin: true,
        expected: {
          'a query by toPromise(): onOperation of an exchange': 'own',
          'a query by toPromise(): onResult of an exchange': 'own',
          'a query by toPromise(): behind await': 'own',
          'behind await toPromise() of what the first flow asks for': 'own',
          'a query that is awaited itself: onOperation of an exchange': 'own',
          'a query that is awaited itself: onResult of an exchange': 'own',
          'a query that is awaited itself: behind await': 'own',
          'a query that is awaited itself: behind await of the function around it': 'own',
          'a subscriber of first of what is cached, by who asks': 'own',
          'a subscriber of none of what is cached, by who asks': 'own (none, second)',
          'a subscriber of second of what is cached, by who asks': 'own (second)',
        },
      },
    },
  },
  'TanStack Query': {
    file: 'tanStackFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'a subscriber of the cache, by who adds a query': 'own',
          'queryFn of a shared query, for the first flow': 'own (first)',
          'behind an await in queryFn of a shared query, for the first flow': 'own (first)',
          'an observer of a shared query': 'queue of first',
          'behind await fetchQuery() of a shared query': 'own',
          'queryFn of its own query': 'own',
          'queryFn of its own query, tried again': 'own',
          'behind await fetchQuery() of its own query': 'own',
          'onMutate of a mutation': 'own',
          mutationFn: 'none',
          'onSuccess of a mutation': 'none',
          'behind await mutate()': 'own',
        },
      },
      ', with the build plugin': {
        way: 'plain',
        hasPlugin: true,
        expected: {
          'a subscriber of the cache, by who adds a query': 'own',
          'queryFn of a shared query, for the first flow': 'own (first)',
          'behind an await in queryFn of a shared query, for the first flow': 'own (first)',
          'an observer of a shared query': 'queue of first',
          'behind await fetchQuery() of a shared query': 'own',
          'queryFn of its own query': 'own',
          'queryFn of its own query, tried again': 'own',
          'behind await fetchQuery() of its own query': 'own',
          'onMutate of a mutation': 'own',
          mutationFn: 'own',
          'onSuccess of a mutation': 'own',
          'behind await mutate()': 'own',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'a subscriber of the cache, by who adds a query': 'own',
          'queryFn of a shared query, for the first flow': 'own (first)',
          'behind an await in queryFn of a shared query, for the first flow': 'own (first)',
          'an observer of a shared query': 'own',
          'behind await fetchQuery() of a shared query': 'own',
          'queryFn of its own query': 'own',
          'queryFn of its own query, tried again': 'own',
          'behind await fetchQuery() of its own query': 'own',
          'onMutate of a mutation': 'own',
          mutationFn: 'own',
          'onSuccess of a mutation': 'own',
          'behind await mutate()': 'own',
        },
      },
    },
  },
  SWR: {
    file: 'swrFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'the fetcher, after a render': 'none',
          'the fetcher behind an await, after a render': 'none',
          'onSuccess, after a render': 'none',
          'the fetcher, after mutate()': 'own',
          'the fetcher behind an await, after mutate()': 'own',
          'onSuccess, after mutate()': 'own',
          'behind await mutate()': 'own',
          'a function that mutate() calls': 'own',
          'behind await mutate() with a function': 'own',
          'a fetcher of preload(), for the first flow': 'own (first)',
          'behind await preload() of what the first flow asks for': 'own',
        },
      },
      ', evaluated before telemetry was started': {
        way: 'plain',
        isLoadedFirst: true,
        expected: {
          'the fetcher, after a render': 'none',
          'the fetcher behind an await, after a render': 'none',
          'onSuccess, after a render': 'none',
          'the fetcher, after mutate()': 'own',
          'the fetcher behind an await, after mutate()': 'own',
          'onSuccess, after mutate()': 'own',
          'behind await mutate()': 'own',
          'a function that mutate() calls': 'own',
          'behind await mutate() with a function': 'own',
          'a fetcher of preload(), for the first flow': 'own (first)',
          'behind await preload() of what the first flow asks for': 'own',
        },
      },
    },
  },
  React: {
    file: 'reactFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'state that is set behind an await: the render': 'none',
          'state that is set behind an await: a layout effect': 'none',
          'state that is set behind an await: an effect': 'none',
          'state that is set by a click() of the flow: the render': 'queue of first',
          'state that is set by a click() of the flow: a layout effect': 'queue of first',
          'state that is set by a click() of the flow: an effect': 'queue of first',
          'state that is set in flushSync(): the render': 'own',
          'state that is set in flushSync(): a layout effect': 'own',
          'state that is set in flushSync(): an effect': 'own',
        },
      },
      ', evaluated before telemetry was started': {
        way: 'plain',
        isLoadedFirst: true,
        expected: {
          'state that is set behind an await: the render': 'none',
          'state that is set behind an await: a layout effect': 'none',
          'state that is set behind an await: an effect': 'none',
          'state that is set by a click() of the flow: the render': 'none',
          'state that is set by a click() of the flow: a layout effect': 'none',
          'state that is set by a click() of the flow: an effect': 'none',
          'state that is set in flushSync(): the render': 'own',
          'state that is set in flushSync(): a layout effect': 'own',
          'state that is set in flushSync(): an effect': 'own',
        },
      },
    },
  },
  'React, useActionState': {
    file: 'reactFlows',
    walks: {
      '': {
        way: 'actions',
        expected: { 'the action': 'queue of first', 'the action, behind its await': 'queue of first' },
      },
      ', with the recipe': {
        way: 'actionsWithRecipe',
        expected: { 'the action': 'own', 'the action, behind its await': 'own' },
      },
    },
  },
  Vue: {
    file: 'vueFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'watch() with flush: "sync"': 'own',
          'watch()': 'queue of first',
          'watchEffect()': 'queue of first',
          'a render': 'queue of first',
          'behind await nextTick()': 'own',
          'a handler of a render, by who clicks': 'own',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'watch() with flush: "sync"': 'own',
          'watch()': 'own',
          'watchEffect()': 'queue of first',
          'a render': 'queue of first',
          'behind await nextTick()': 'own',
          'a handler of a render, by who clicks': 'own',
        },
      },
    },
  },
  'redux-saga': {
    file: 'sagaFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'a subscriber of the store, by who dispatches': 'own',
          'takeEvery: the worker begins': 'own',
          'takeLatest: the worker begins': 'own',
          'one after the other from an actionChannel: the worker begins': 'queue of first',
          'behind dispatch()': 'own',
          'takeEvery: behind call()': 'own',
          'one after the other from an actionChannel: behind call()': 'queue of first',
          'takeLatest: behind call()': 'own (second)',
          'takeEvery: behind delay()': 'own',
          'one after the other from an actionChannel: behind delay()': 'queue of first',
          'takeLatest: behind delay()': 'own (second)',
          'debounce, with the last action: the worker begins': 'own (second)',
          'debounce, with the last action: behind call()': 'own (second)',
          'debounce, with the last action: behind delay()': 'own (second)',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'a subscriber of the store, by who dispatches': 'own',
          'takeEvery: the worker begins': 'own',
          'takeLatest: the worker begins': 'own',
          'one after the other from an actionChannel: the worker begins': 'own',
          'behind dispatch()': 'own',
          'takeEvery: behind call()': 'own',
          'one after the other from an actionChannel: behind call()': 'own',
          'takeLatest: behind call()': 'own (second)',
          'takeEvery: behind delay()': 'own',
          'one after the other from an actionChannel: behind delay()': 'own',
          'takeLatest: behind delay()': 'own (second)',
          'debounce, with the last action: the worker begins': 'own (second)',
          'debounce, with the last action: behind call()': 'own (second)',
          'debounce, with the last action: behind delay()': 'own (second)',
        },
      },
    },
  },
  MobX: {
    file: 'mobxFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'the effect of a reaction() that first made, by who changes': 'own',
          'an autorun() that first made, by who changes': 'own',
          'the effect of a reaction() that none made, by who changes': 'own',
          'an autorun() that none made, by who changes': 'own',
          'the effect of a reaction() that second made, by who changes': 'own',
          'an autorun() that second made, by who changes': 'own',
          'behind a yield in a flow()': 'own',
          'behind a second yield in a flow()': 'own',
          'behind await of a flow()': 'own',
          'behind await when()': 'own',
          'the effect of a reaction() with a delay, by who changed last': 'queue of first (second)',
          'the effect of when(), opened by nobody': 'none',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'the effect of a reaction() that first made, by who changes': 'own',
          'an autorun() that first made, by who changes': 'own',
          'the effect of a reaction() that none made, by who changes': 'own',
          'an autorun() that none made, by who changes': 'own',
          'the effect of a reaction() that second made, by who changes': 'own',
          'an autorun() that second made, by who changes': 'own',
          'behind a yield in a flow()': 'own',
          'behind a second yield in a flow()': 'own',
          'behind await of a flow()': 'own',
          'behind await when()': 'own',
          'the effect of a reaction() with a delay, by who changed last': 'own (second)',
          'the effect of when(), opened by nobody': 'none',
        },
      },
    },
  },
  zustand: {
    file: 'zustandFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'behind an await in an action': 'own',
          'a subscriber that first added, by who changes': 'own',
          'a subscriber with a selector that first added, by who changes': 'own',
          'a subscriber that none added, by who changes': 'own',
          'a subscriber with a selector that none added, by who changes': 'own',
          'a subscriber that second added, by who changes': 'own',
          'a subscriber with a selector that second added, by who changes': 'own',
          'the storage of persist(), by who changes': 'own',
          'behind await of an action': 'own',
        },
      },
    },
  },
  idb: {
    file: 'idbFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'upgrade()': 'none (first)',
          'behind await of a database that the first flow opened': 'own',
          'behind await add()': 'own',
          'in a loop over a store': 'own',
          'behind a loop over a store': 'own',
          'behind await done': 'own',
          'complete of a transaction': 'own',
          'behind await get()': 'own',
        },
      },
    },
  },
  Dexie: {
    file: 'dexieSpanFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'a transaction begins': 'queue of first',
          'behind an await outside of transactions': 'own',
          'behind await of a request': 'none',
          'behind await of a request in a transaction': 'none',
          'behind await of a transaction': 'none',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'a transaction begins': 'own',
          'behind an await outside of transactions': 'own',
          'behind await of a request': 'own',
          'behind await of a request in a transaction': 'own',
          'behind await of a transaction': 'own',
        },
      },
    },
  },
  jQuery: {
    file: 'jQueryFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'done() of a request that the first flow sent': 'queue of first',
          'done() of its own request': 'own',
          'then() of a request that the first flow sent': 'queue of first',
          'then() of its own request': 'own',
          'behind await Promise.resolve($.getJSON())': 'own',
          'a handler that first added, by who triggers': 'own',
          'a handler that none added, by who triggers': 'own',
          'a handler that second added, by who triggers': 'own',
          'behind await $.getJSON()': 'none',
          'behind await of an async function that awaited $.getJSON()': 'own',
        },
      },
      ', with the build plugin': {
        way: 'plain',
        hasPlugin: true,
        expected: {
          'done() of a request that the first flow sent': 'queue of first',
          'done() of its own request': 'own',
          'then() of a request that the first flow sent': 'queue of first',
          'then() of its own request': 'own',
          'behind await Promise.resolve($.getJSON())': 'own',
          'a handler that first added, by who triggers': 'own',
          'a handler that none added, by who triggers': 'own',
          'a handler that second added, by who triggers': 'own',
          'behind await $.getJSON()': 'own',
          'behind await of an async function that awaited $.getJSON()': 'own',
        },
      },
    },
  },
  Comlink: {
    file: 'comlinkCallbackFlows',
    walks: {
      '': {
        way: 'plain',
        expected: {
          'behind await of a call': 'own',
          'a callback that the other side calls': 'none',
          'behind await of a call with a callback': 'own',
        },
      },
      ', with the recipe': {
        way: 'withRecipe',
        expected: {
          'behind await of a call': 'own',
          'a callback that the other side calls': 'own',
          'behind await of a call with a callback': 'own',
        },
      },
    },
  },
  msw: {
    file: 'mswFlows',
    start: serveMockWorker,
    walks: {
      '': {
        way: 'plain',
        expected: {
          'a handler': 'none',
          'behind an await in a handler': 'none',
          'behind await fetch()': 'own',
          'a listener of “response:mocked”': 'none',
          'behind await json()': 'own',
        },
      },
    },
  },
}

const IMPORT_MAP = `<script type="importmap">{ "imports": { "@codomyrmex/telemetry": "/telemetry.min.js" } }</script>`

for (const [library, { file, start, walks }] of Object.entries(LIBRARIES))
  for (const [how, { way, expected, isLoadedFirst = false, hasPlugin = false }] of Object.entries(walks))
    test(`${library}${how}: each place has its own flow, none, or that of whoever began a queue @engines`, async ({
      page,
      lab,
      told,
    }) => {
      const server = await start?.(lab)
      const module = await bundleModule(lab, `libraries/${file}.ts`, hasPlugin ? [await followAwaits()] : [])
      try {
        const seen = await walk(page, lab, { module, way, url: server?.url ?? '', isLoadedFirst })
        expect(verdictsOf(seen)).toEqual(expected)
        await allSaid(page)
        expect(told.filter((line) => /telemetry|uncaught/.test(line))).toEqual([])
      } finally {
        await server?.close() // not before: Firefox says of each poll that it failed
      }
    })

test('docs/context.md has each recipe as it is run here, and no other code', () => {
  const recipes = new URL('./libraries/recipes/', import.meta.url)
  const run = readdirSync(recipes).map((file) => readFileSync(new URL(file, recipes), 'utf8'))
  const doc = readFileSync(new URL('../docs/context.md', import.meta.url), 'utf8')
  const told = [...doc.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code)
  expect(told.toSorted()).toEqual(run.toSorted())
})

test('each recipe is run by the flows of a library', () => {
  const folder = new URL('./libraries/', import.meta.url)
  const flows = readdirSync(folder).filter((file) => file.endsWith('Flows.ts'))
  const imported = flows.flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(/'\.\/recipes\/(\w+)'/g)].map(([, name]) => `${name}.ts`),
  )
  expect([...new Set(imported)].toSorted()).toEqual(readdirSync(new URL('recipes/', folder)).toSorted())
})

/** As it is published: Playwright cannot load its source. */
async function followAwaits() {
  const { href } = new URL('../dist/vite.js', import.meta.url)
  return ((await import(href)) as typeof import('@codomyrmex/telemetry/vite')).followAwaits()
}

interface Visit {
  readonly module: string
  readonly way: string
  readonly url: string
  readonly isLoadedFirst: boolean
}

/** The service worker of msw; it is no server, and closes with the lab. */
async function serveMockWorker(lab: Lab): Promise<LibraryServer> {
  return { url: lab.script('mockServiceWorker.js', readFileSync(MOCK_WORKER, 'utf8')), close: async () => {} }
}

async function walk(page: Page, lab: Lab, visit: Visit): Promise<Seen> {
  await openLab(page, lab, IMPORT_MAP)
  return page.evaluate(async ({ module, way, url, isLoadedFirst }) => {
    type Ways = Readonly<Record<string, (url: string) => Promise<Seen>>>
    if (isLoadedFirst) await import(module)
    api.startTelemetry({ serviceName: 'libraries', processors: [] })
    const run = ((await import(module)) as Ways)[way]
    if (!run) throw new Error(`${module} does not export ${way}`)
    return run(url)
  }, visit)
}

function verdictsOf(seen: Seen): Verdicts {
  return Object.fromEntries(Object.entries(seen).map(([place, flows]) => [place, verdictOf(flows)]))
}

function verdictOf(flows: Seen[string]): string {
  const owners = Object.keys(flows)
  const those = owners.length === 3 ? '' : ` (${owners.join(', ')})`
  const seen = Object.values(flows)
  if (owners.every((owner, index) => seen[index] === (owner === 'none' ? null : owner))) return `own${those}`
  if (seen.every((flow) => flow === null)) return `none${those}`
  if (seen.every((flow) => flow === seen[0])) return `queue of ${seen[0]}${those}`
  return `wrong: ${JSON.stringify(flows)}`
}
