import { bind } from '@codomyrmex/telemetry'
import type { Middleware } from '@reduxjs/toolkit'
import type { EffectMiddleware } from 'redux-saga'

type Resume = <T>(run: () => T) => T

const contexts = new WeakMap<object, Resume>()

/** In front of the saga middleware: remembers in which span each action was dispatched. */
export const rememberSpan: Middleware = () => (next) => (action) => {
  contexts.set(
    action as object,
    bind((run) => run()),
  )
  return next(action)
}

/** `createSagaMiddleware({ effectMiddlewares: [inSpanOfAction] })`: a call or fork with an action runs in the span of the action. */
export const inSpanOfAction: EffectMiddleware = (next) => (effect) => {
  const args: unknown[] = effect?.payload?.args ?? []
  const resume = contexts.get(args.at(-1) as object)
  return resume ? resume(() => next(effect)) : next(effect)
}
