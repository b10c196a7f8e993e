/**
 * Whether a bearer is an operator's, for questions that matter most when the ledger cannot answer: who was known
 * within the last hours is believed then, and only then. Nothing but the words of readiness hangs on it.
 */
import { putNewest } from '#domain/put-newest.ts'
import type { Secrets } from '#ports/secrets.ts'

const rememberedMs = 12 * 3_600_000
const mostRemembered = 100

/** Wraps `ask`, which rejects when the ledger is down; one question at a time, so that guesses load nothing. */
export const knowOperators = (
  ask: (token: string) => Promise<boolean>,
  secrets: Pick<Secrets, 'hash'>,
): ((token: string) => Promise<boolean>) => {
  const seen = new Map<string, number>()
  let asking = false
  return async (token) => {
    const name = Buffer.from(secrets.hash(token)).toString('hex')
    const now = performance.now()
    const isRemembered = now - (seen.get(name) ?? -rememberedMs) < rememberedMs
    if (asking) return isRemembered
    asking = true
    const late = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => late.resolve(isRemembered), 1_000)
    try {
      const asked = ask(token).finally(() => {
        asking = false
      })
      const known = await Promise.race([asked.catch(() => isRemembered), late.promise])
      if (known) putNewest(seen, mostRemembered, name, now)
      else seen.delete(name)
      return known
    } finally {
      clearTimeout(timer)
    }
  }
}
