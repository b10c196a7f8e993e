/**
 * What the service of a case can do, as the WADL of PS3.18 Annex H in the JSON of Annex G. It is made from the list of
 * operations, so that it neither promises nor hides any.
 */
import { dicomwebReadOperations } from '#contract/dicomweb-read-operations.ts'
import type { Operation } from '#contract/operation.ts'
import type { Handler } from '#http/route.ts'
import { baseOf } from './address.ts'
import type { DicomwebNeeds } from './asked.ts'
import { mostResults } from './read-query.ts'

type Resource = { '@path': string; method: object[]; resource: Resource[] }

const templates: Readonly<Record<string, string>> = {
  '{study}': '{StudyInstanceUID}',
  '{series}': '{SeriesInstanceUID}',
  '{instance}': '{SOPInstanceUID}',
  '{frames}': '{FrameList}',
  '{bulk}': '{BulkDataReference}',
}

const prefix = '/dicomweb/cases/{case}/'

const methodOf = (name: string, { method, reply, summary }: Operation): object => ({
  '@name': method,
  '@id': `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
  doc: [{ '@title': summary }],
  response: [
    {
      '@status': 'also' in reply ? '200 204' : '200',
      ...('type' in reply ? { representation: [{ '@mediaType': reply.type }] } : {}),
    },
  ],
})

const place = (tree: Resource[], path: readonly string[], method: object): void => {
  const [first, ...rest] = path
  if (first === undefined) return
  const name = templates[first] ?? first
  let found = tree.find((one) => one['@path'] === name)
  if (found === undefined) {
    found = { '@path': name, method: [], resource: [] }
    tree.push(found)
  }
  if (rest.length === 0) found.method.push(method)
  else place(found.resource, rest, method)
}

const resources = (): Resource[] => {
  const tree: Resource[] = []
  for (const [name, operation] of Object.entries<Operation>(dicomwebReadOperations))
    if (operation.path.startsWith(prefix) && operation.path !== prefix)
      place(tree, operation.path.slice(prefix.length).split('/'), methodOf(name, operation))
  return tree
}

/** `OPTIONS …/cases/{case}/`. */
export const caseCapabilities = (needs: DicomwebNeeds): Handler<'caseCapabilities'> => {
  const resource = resources()
  return ({ req, bearer }) => ({
    application: {
      doc: [{ '@title': 'Conformance statement', '@href': `${needs.publicUrl}/dicomweb/conformance` }],
      resources: { '@base': baseOf(req, needs.publicUrl, bearer.case), '@limit': mostResults, resource },
    },
  })
}
