/** What anyone may read: that the process lives, its public keys, its description. */
import { openApiDocument } from '#contract/openapi.ts'
import { statusOf } from '#http/fault-to-reply.ts'
import type { CommonNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'

export const health: Handler<'health'> = () => ({ status: 'ok' })

/** Old enough keys stay in the set long after they sign, so five minutes in a cache harm nobody. */
export const publicKeys =
  (needs: CommonNeeds): Handler<'publicKeys'> =>
  ({ res }) => {
    res.setHeader('Cache-Control', 'public, max-age=300')
    return { keys: needs.publicKeys.keys().map((key) => ({ ...key })) }
  }

export const description = ({ publicUrl }: CommonNeeds): Handler<'description'> => {
  const document = openApiDocument({ publicUrl, statusOf })
  return () => document
}
