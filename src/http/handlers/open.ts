/** What anyone may read: that the process lives and is ready, its public keys, its description. */
import { openApiDocument } from '#contract/openapi.ts'
import { statusOf } from '#http/fault-to-reply.ts'
import { bearerOf } from '#http/gates/bearer.ts'
import type { CommonNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'

export const health: Handler<'health'> = () => ({ status: 'ok' })

/** 200 or 503 with one word; what is down and what to do about it only for an operator. */
export const ready =
  ({ door, seeReady, isOperator }: CommonNeeds): Handler<'ready'> =>
  async ({ req, res }) => {
    const { ready: able, dependencies } = await seeReady()
    const token = bearerOf(req)
    const words = token !== null && (await isOperator(token))
    if (!able || !door.isOpen()) res.status(503)
    return {
      status: door.isOpen() ? (able ? 'ready' : 'not-ready') : 'stopping',
      ...(words ? { dependencies: dependencies.map((one) => ({ ...one })) } : {}),
    }
  }

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

/** As the WADL of PS3.18 Annex H in JSON: nothing but storing. */
export const capabilities = ({ publicUrl }: CommonNeeds): Handler<'capabilities'> => {
  const storing = (id: string) => ({
    '@name': 'POST',
    '@id': id,
    request: { representation: [{ '@mediaType': 'multipart/related; type="application/dicom"' }] },
    response: [
      {
        '@status': '200 202 409',
        representation: [
          { '@mediaType': 'application/dicom+json' },
          { '@mediaType': 'application/dicom+xml' },
        ],
      },
    ],
  })
  const resource = [
    {
      '@path': 'studies',
      method: [storing('StoreInstances')],
      resource: [{ '@path': '{StudyInstanceUID}', method: [storing('StoreStudyInstances')] }],
    },
  ]
  return () => ({ application: { resources: { '@base': `${publicUrl}/dicomweb`, resource } } })
}
