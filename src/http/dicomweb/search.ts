/** QIDO-RS for the reader of a case (PS3.18 §10.6): its studies, series and instances, and nothing beside them. */
import type { Request, Response } from 'express'
import type { QueryLevel } from '#domain/dicom-attributes.ts'
import type { JsonSet } from '#domain/dicom-json.ts'
import { isRefusal, type Refusal } from '#domain/fault.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Reader } from '#steps/authorize.ts'
import type { FoundSet } from '#steps/search-instances.ts'
import { chooseJson, jsonTypes } from './accept.ts'
import { addressOf } from './address.ts'
import { type DicomwebNeeds, noteLook, readAsked, refuseType, setWarnings } from './asked.ts'
import { readQuery } from './read-query.ts'

type SearchNeeds = DicomwebNeeds & Pick<PortalNeeds, 'searchInstances'>

type SearchCall = {
  readonly req: Request
  readonly res: Response
  readonly bearer: Reader
  readonly params: { readonly case: string; readonly study?: string; readonly series?: string }
}

const withAddress = (base: string, { study, series, instance, own }: FoundSet): JsonSet => {
  const address = addressOf(base, {
    studyUid: study,
    ...(series === null ? {} : { seriesUid: series }),
    ...(instance === null ? {} : { sopUid: instance }),
  })
  return address === null ? own : { ...own, '00081190': { vr: 'UR', Value: [address] } }
}

type Member = readonly [tag: string, text: string]

const byTag = ([a]: Member, [b]: Member): number => (a < b ? -1 : a > b ? 1 : 0)

const membersOf = (set: JsonSet): Member[] =>
  Object.entries(set).map(([tag, attribute]) => [tag, `"${tag}":${JSON.stringify(attribute)}`] as const)

/** The results as JSON, the attributes of each by tag (PS3.18 §F.2.2). What many have in common is written once. */
const writeSets = (base: string, found: readonly FoundSet[]): string => {
  const written = new Map<JsonSet, readonly Member[]>()
  const sets = found.map((one) => {
    const shared = written.get(one.shared) ?? membersOf(one.shared)
    written.set(one.shared, shared)
    const members = [...membersOf(withAddress(base, one)), ...shared].sort(byTag)
    return `{${members.map(([, text]) => text).join(',')}}`
  })
  return `[${sets.join(',')}]`
}

/** `GET …/studies`, `…/series`, `…/instances`, below a study or series or not. */
export const searchDicom =
  (needs: SearchNeeds, level: QueryLevel) =>
  async ({ req, res, bearer, params }: SearchCall): Promise<Refusal | null> => {
    const asked = readAsked(req, needs, bearer)
    if (isRefusal(asked)) return asked
    const { base } = asked
    const type = chooseJson(asked.ranges)
    if (type === null) return refuseType(req, res, jsonTypes)
    const { study, series } = params
    const within = { ...(study === undefined ? {} : { study }), ...(series === undefined ? {} : { series }) }
    const read = readQuery(asked.pairs, level, within)
    if (isRefusal(read)) return read
    const { query, ignored, fuzzy } = read
    const answer = await needs.searchInstances(bearer.case, query)
    if (isRefusal(answer)) return answer
    const { found, total } = answer
    await noteLook(needs, 'instances.searched', bearer, bearer.case, { level, found: found.length })
    const more = total - query.offset - found.length
    setWarnings(res, base, [
      found.length > 0 && more > 0 ? `There are ${more} additional results that can be requested` : null,
      ignored > 0 ? `${ignored} of the attributes asked for are not matched here and were ignored` : null,
      fuzzy
        ? 'The fuzzymatching parameter is not supported. Only literal matching has been performed.'
        : null,
    ])
    if (found.length === 0) {
      res.status(204).end()
      return null
    }
    const body = Buffer.from(writeSets(base, found))
    // Some clients read the answer only when its type is exactly this one, with no character set.
    res.status(200).setHeader('Content-Type', type)
    res.setHeader('Content-Length', body.length)
    res.end(body)
    return null
  }
