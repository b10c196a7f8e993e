/** As asked: what a link is about, as the pages show it. Pure. */
import type { Looked } from '#sending/requests.ts'
import type { Asked, DeadReason } from './scene.ts'

export const dateOrNull = (time: string | null): Date | null => (time === null ? null : new Date(time))

/** What the page tells of the request. */
export const askedOf = (looked: Looked): Asked => ({
  institution: looked.institution,
  contact: looked.contact,
  role: looked.role,
  initials: looked.initials,
  lastTwo: looked.lastTwo,
  until: new Date(looked.until),
  check: looked.check,
  arrived: looked.arrived,
  finishedAt: dateOrNull(looked.finishedAt),
})

/** Why a link leads nowhere; null when it leads somewhere. */
export const deadReasonOf = ({ state }: Looked): DeadReason | null =>
  state === 'open' || state === 'locked' ? null : state
