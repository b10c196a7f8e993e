/** Invented items for this room's tests. Nothing else imports it. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ItemId } from '#domain/id.ts'
import type { ItemKind } from '#domain/item.ts'
import type { InstanceFacts, SealedFacts } from '#domain/study.ts'
import type { BundleItem } from './file-set.ts'
import { cut, type ZipPlan } from './zip-plan.ts'

/** The id with this number. */
export const sampleId = (number: number): ItemId =>
  `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}` as ItemId

/** The content that the item with this id has, unless a test says otherwise. */
export const sampleContent = (id: ItemId): Buffer => {
  const size = Number.parseInt(id.slice(-12), 16) % 977
  return Buffer.alloc(size, `${id} `)
}

/** An item of that content. */
export const sampleItem = (
  number: number,
  kind: ItemKind,
  instance: Partial<InstanceFacts> | null = null,
  facts: SealedFacts = {},
): BundleItem => {
  const id = sampleId(number)
  const content = sampleContent(id)
  return {
    id,
    kind,
    size: content.length,
    sha256: createHash('sha256').update(content).digest(),
    crc32: crc32(content),
    instance:
      instance === null
        ? null
        : {
            studyUid: '1.2.3',
            seriesUid: '1.2.3.4',
            sopUid: `1.2.3.4.${number}`,
            sopClass: '1.2.840.10008.5.1.4.1.1.2',
            transferSyntax: '1.2.840.10008.1.2.1',
            modality: 'CT',
            seriesNumber: 1,
            instanceNumber: number,
            rows: 512,
            columns: 512,
            frames: 1,
            ...instance,
          },
    facts,
  }
}

/** Bytes `start … end-1` of a plan, contents from `content` (the sample's own when left out). */
export const readPlan = (plan: ZipPlan, start = 0, end = plan.length, content = sampleContent): Buffer =>
  Buffer.concat(
    [...cut(plan, start, end)].map((segment) =>
      segment.kind === 'bytes'
        ? segment.bytes
        : content(segment.item).subarray(segment.offset, segment.offset + segment.length),
    ),
  )
