/** The gate of the desk: a live session of a person who runs the gateway. */
import type { Request } from 'express'
import type { authorizeOperator } from '#steps/authorize.ts'
import { bearerOf } from './bearer.ts'

/** Refuses `session.missing`, `session.ended`. */
export const passOperator =
  (authorize: ReturnType<typeof authorizeOperator>) =>
  (req: Request): ReturnType<typeof authorize> =>
    authorize(bearerOf(req))
