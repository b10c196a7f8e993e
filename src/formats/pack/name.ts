/**
 * What a sender's machine called a file, sealed with the key of the plan that announced it: the edge can write
 * it and cannot read it back.
 */
import { createSecretKey } from 'node:crypto'
import type { ItemId, PlanId } from '#domain/id.ts'
import { nameSeal } from '#domain/seal-name.ts'
import { openBox, sealBox } from '#formats/sealed/box.ts'

export type FileName = {
  readonly name: string
  /** Milliseconds since 1970, as the sender's machine had it. */
  readonly modified: number | null
}

/** Seals names one after the other under one 32-byte plan key. */
export const nameSealer = (plan: PlanId, planKey: Uint8Array) => {
  const key = createSecretKey(planKey)
  return (item: ItemId, file: FileName): Uint8Array =>
    sealBox(key, Buffer.from(JSON.stringify([file.name, file.modified])), nameSeal(plan, item))
}

/** Opens a sealed name. @throws `store.damaged` */
export const openName = (plan: PlanId, planKey: Uint8Array, item: ItemId, sealed: Uint8Array): FileName => {
  const [name, modified]: unknown[] = JSON.parse(
    Buffer.from(openBox(createSecretKey(planKey), sealed, nameSeal(plan, item))).toString('utf8'),
  )
  return { name: String(name), modified: typeof modified === 'number' ? modified : null }
}
