/** A pack's rows: itself, its heads, its extents, and what they change of their items and case, in one statement. */
import { type RawBuilder, sql } from 'kysely'
import type { Chosen } from './choose-extents.ts'
import { writeRuns } from './chunk-runs.ts'

/** Records a pack with the extents that were chosen of it. */
export const insertPack = ({ pack, fresh, completed }: Chosen): RawBuilder<unknown> => {
  const runs = Map.groupBy(fresh, (extent) => extent.item)
  const ids = [...runs.keys()]
  const have = ids.map((id) => writeRuns(runs.get(id) ?? []))
  const heads = pack.heads === null ? null : Buffer.from(pack.heads)
  return sql`
    with pack as (
      insert into packs (id, case_id, sender_id, state, size, locked_key, created_at)
      values (${pack.id}, ${pack.case}, ${pack.sender}, 'stored', ${pack.size}, ${pack.lockedKey}, ${pack.at})
      returning id
    ), seen as (
      insert into pack_heads (pack_id, sealed_heads)
      select pack.id, ${heads}::bytea from pack where ${heads !== null}::boolean
    ), kept as (
      insert into extents (item_id, first, count, pack_id, pack_offset, sealed_length, length, sha256, crc32,
        wrapped_key)
      select item_id, first, count, pack.id, pack_offset, sealed_length, length, sha256, crc32, wrapped_key
      from pack, unnest(
        ${fresh.map((e) => e.item)}::uuid[], ${fresh.map((e) => e.first)}::int[],
        ${fresh.map((e) => e.count)}::int[], ${fresh.map((e) => e.offset)}::bigint[],
        ${fresh.map((e) => e.sealedLength)}::bigint[], ${fresh.map((e) => e.length)}::bigint[],
        ${fresh.map((e) => Buffer.from(e.sha256))}::bytea[], ${fresh.map((e) => e.crc32)}::bigint[],
        ${fresh.map((e) => Buffer.from(e.wrappedKey))}::bytea[]
      ) as t (item_id, first, count, pack_offset, sealed_length, length, sha256, crc32, wrapped_key)
    ), collecting as (
      update cases set state = 'collecting', changed_at = ${pack.at}
      where id = ${pack.case} and state in ('requested', 'ready')
    )
    update items set
      have = items.have + t.have,
      state = case when items.id = any(${completed}::uuid[]) then 'received' else items.state end,
      received_in = case when items.id = any(${completed}::uuid[]) then ${pack.id}::uuid end
    from unnest(${ids}::uuid[], ${have}::int4multirange[]) as t (id, have)
    where items.id = t.id and items.id = any(${ids}::uuid[])`
}
