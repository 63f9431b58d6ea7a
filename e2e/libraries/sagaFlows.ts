import { configureStore, type Middleware, Tuple } from '@reduxjs/toolkit'
import createSagaMiddleware, { type SagaMiddlewareOptions } from 'redux-saga'
import { actionChannel, call, debounce, delay, put, take, takeEvery, takeLatest } from 'redux-saga/effects'
import { createNotes, inEach, type Notes, own, until, type Who } from './flow'
import { inSpanOfAction, rememberSpan } from './recipes/sagaContext'

interface Buy {
  readonly type: 'buy'
  readonly who: Who
}

function sagaOf(note: Notes['note']) {
  const work = (place: string) =>
    function* ({ who }: Buy) {
      note(`${place}: the worker begins`, who)
      yield call(own)
      note(`${place}: behind call()`, who)
      yield delay(1)
      note(`${place}: behind delay()`, who)
      yield put({ type: 'bought', who })
    }
  return function* saga() {
    yield takeEvery('buy', work('takeEvery'))
    yield takeLatest('buy', work('takeLatest'))
    yield debounce(5, 'buy', work('debounce, with the last action'))
    const waiting = (yield actionChannel('buy')) as ReturnType<typeof actionChannel>
    const workInTurn = work('one after the other from an actionChannel')
    for (;;) {
      const action = (yield take(waiting as never)) as Buy
      yield call(workInTurn, action)
    }
  }
}

async function flows(options: SagaMiddlewareOptions, before: Middleware[]) {
  const { seen, note } = createNotes()
  const sagas = createSagaMiddleware(options)
  const store = configureStore({
    reducer: (_: { type: string; who?: Who } | undefined, action: { type: string; who?: Who }) => action,
    middleware: () => new Tuple(...before, sagas),
  })
  store.subscribe(() => {
    const { type, who } = store.getState()
    if (type === 'buy' && who) note('a subscriber of the store, by who dispatches', who)
  })
  const isDone = () =>
    ['one after the other from an actionChannel', 'debounce, with the last action', 'takeLatest'].every(
      (place) => seen[`${place}: behind delay()`]?.second !== undefined,
    )
  const running = sagas.run(sagaOf(note))
  await inEach(async (who) => {
    store.dispatch({ type: 'buy', who })
    note('behind dispatch()', who)
    await until(isDone)
  })
  running.cancel()
  return seen
}

export const plain = () => flows({}, [])
export const withRecipe = () => flows({ effectMiddlewares: [inSpanOfAction] }, [rememberSpan])
