/** Heads that are given to the inspector: enough of one saves every read, and too little of one misleads nobody. */
import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import type { ItemId, PackId } from '#domain/id.ts'
import { watchSource } from '#fixtures/watched-source.ts'
import { writeCt } from '#formats/dicom/trial-dicom.ts'
import { collectHeads, openHeads } from '#formats/pack/heads.ts'
import { openInspector } from './inspector.ts'

const inspector = openInspector()
afterAll(() => inspector.close())

describe('an inspector with the first bytes at hand', () => {
  it('judges an image from what a pack keeps of its first bytes, and asks for no more', async () => {
    for (const encoding of ['explicit', 'implicit'] as const) {
      const bytes = writeCt(encoding, { 0x7fe00010: { vr: 'OW', value: Buffer.alloc(300_000) } })
      const heads = collectHeads()
      const [pack, item] = [randomUUID() as string as PackId, randomUUID() as string as ItemId]
      heads.begin(item)
      heads.push(bytes)
      const sealed = heads.seal(pack, Buffer.alloc(32)) ?? Buffer.alloc(0)
      const head = openHeads(pack, Buffer.alloc(32), sealed).get(item)
      expect(head?.length).toBeLessThan(2_000)
      const source = { ...watchSource(bytes), head }
      expect(await inspector.inspect(source)).toEqual(await inspector.inspect(watchSource(bytes)))
      expect(source.asked).toEqual([])
    }
  })

  it('judges nothing from a head too short to tell what the file is', async () => {
    const slice = writeCt('explicit', { 0x7fe00010: { vr: 'OW', value: Buffer.alloc(300_000) } })
    const short = { ...watchSource(slice), head: slice.subarray(0, 100) }
    expect(await inspector.inspect(short)).toMatchObject({ kind: 'dicom', codes: [] })
    const enough = { ...watchSource(slice), head: slice.subarray(0, 1_024) }
    expect(await inspector.inspect(enough)).toMatchObject({ kind: 'dicom', codes: [] })
    expect(enough.asked).toEqual([])
  })
})
