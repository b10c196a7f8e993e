/** Introduction: who is sending, as they say it themselves, and by which ways they can be reached. */

/** Lies sealed wherever it lies: these are a person's own words about themselves. */
export type Introduction = {
  readonly name: string
  readonly mail: string | null
  readonly phone: string | null
}

/** How somebody can be reached. Which ways there are is told in the open, the addresses never. */
export type Way = 'mail' | 'phone'

/** The ways an introduction names. */
export const waysOf = ({ mail, phone }: Introduction): readonly Way[] => [
  ...(mail === null ? [] : (['mail'] as const)),
  ...(phone === null ? [] : (['phone'] as const)),
]
