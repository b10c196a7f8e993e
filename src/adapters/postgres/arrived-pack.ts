/** A stored pack as admission takes it: itself, the items it completed, and every key these need. */
import { type RawBuilder, sql } from 'kysely'
import type { CaseId, ItemId, PackId, PlanId, SenderId } from '#domain/id.ts'
import type { PackState } from '#domain/pack.ts'
import type { ArrivedPack } from '#ports/admission-ledger.ts'
import { type ExtentRow, toExtent } from './extent-row.ts'

type ItemRow = ExtentRow & {
  id: ItemId
  plan_id: PlanId
  size: number
  sealed_name: Buffer
  plan_key: string
  depth: number
  pack_key: string
}

type FoundRow = ItemRow | (Omit<ItemRow, keyof ExtentRow> & { pack_id: null })

type PackRow = {
  readonly case_id: CaseId
  readonly sender_id: SenderId
  readonly state: PackState
  readonly attempts: number
  readonly wrapped_key: string | null
  readonly details: Buffer | null
  readonly heads: Buffer | null
}

/** Counts a try, and gives what admission must know of the pack. */
export const countTry = (pack: PackId): RawBuilder<PackRow> => sql`
    update packs set attempts = packs.attempts + 1 from cases
    where packs.id = ${pack} and cases.id = packs.case_id
    returning packs.case_id, packs.sender_id, packs.state, packs.attempts, cases.wrapped_key, cases.details,
      (select sealed_heads from pack_heads where pack_id = packs.id) as heads`

/** The items a pack completed, with their extents and every key these need. */
export const findItems = (pack: PackId): RawBuilder<FoundRow> => sql`
    select items.id, items.plan_id, items.size, items.sealed_name, plans.locked_key as plan_key,
      packs.locked_key as pack_key, extents.*,
      case when plans.archive_item is null then 0 when above.archive_item is null then 1 else 2 end as depth
    from items join plans on plans.id = items.plan_id
      left join items as archives on archives.id = plans.archive_item
      left join plans as above on above.id = archives.plan_id
      left join extents on extents.item_id = items.id left join packs on packs.id = extents.pack_id
    where items.received_in = ${pack} and items.state = 'received'
    order by items.id, extents.first`

export const toItems = (rows: readonly FoundRow[]): Pick<ArrivedPack, 'items' | 'packKeys' | 'planKeys'> => {
  const packKeys = new Map<PackId, string>()
  const planKeys = new Map<PlanId, string>()
  const items = [...Map.groupBy(rows, (row) => row.id)].flatMap(([id, some]) => {
    const [first] = some
    if (first === undefined) return []
    planKeys.set(first.plan_id, first.plan_key)
    const extents = some.flatMap((row) => {
      if (row.pack_id === null) return []
      packKeys.set(row.pack_id, row.pack_key)
      return [toExtent(row)]
    })
    const { depth } = first
    return [{ id, plan: first.plan_id, depth, size: first.size, sealedName: first.sealed_name, extents }]
  })
  return { items, packKeys, planKeys }
}
