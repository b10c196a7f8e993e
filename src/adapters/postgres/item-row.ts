/** An item as its row has it. */
import type { Selectable } from 'kysely'
import type { Item } from '#domain/item.ts'
import { isVerdictCode } from '#domain/verdict.ts'
import type { Tables } from './tables.ts'

/** The columns an item is made of, of `items` joined to `plans`; what it was sealed with is not among them. */
export const itemColumns = [
  'items.id',
  'items.case_id',
  'items.sender_id',
  'items.plan_id',
  'items.size',
  'items.state',
  'items.kind',
  'items.codes',
  'plans.archive_item',
] as const

type ItemRow = Pick<
  Selectable<Tables['items']>,
  'id' | 'case_id' | 'sender_id' | 'plan_id' | 'size' | 'state' | 'kind' | 'codes'
> &
  Pick<Selectable<Tables['plans']>, 'archive_item'>

/** Codes of another version of the program are left out. */
export const toItem = (row: ItemRow): Item => ({
  id: row.id,
  case: row.case_id,
  sender: row.sender_id,
  plan: row.plan_id,
  from: row.archive_item,
  size: row.size,
  state: row.state,
  kind: row.kind,
  codes: row.codes.filter(isVerdictCode),
})
