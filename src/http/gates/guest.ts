/** The gate of readers in person: a live session begun with a reader's link. */
import type { Request } from 'express'
import type { authorizeReading } from '#steps/authorize.ts'
import { bearerOf } from './bearer.ts'

/** Refuses `session.missing`, `session.ended`, `reader.ended`, `case.closed`. */
export const passGuest =
  (authorize: ReturnType<typeof authorizeReading>) =>
  (req: Request): ReturnType<typeof authorize> =>
    authorize(bearerOf(req))
