/** Reader: exactly the bytes that were asked for. A body that breaks off is asked for again; a range that is not the one asked for is damage. */
import { Readable } from 'node:stream'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { Fault } from '#domain/fault.ts'
import { fillFrom } from './body.ts'
import type { Bucket } from './bucket.ts'

/** Fills `target` from `offset` of the object. @throws `store.damaged` when it is not there or ends before */
export const readRange = async (
  bucket: Bucket,
  name: string,
  offset: number,
  target: Buffer,
): Promise<void> => {
  if (target.length === 0) {
    // No range has no bytes.
    const found = await bucket.head(name)
    if (found === null || found.size < offset) throw new Fault('store.damaged')
    return
  }
  const range = `${offset}-${offset + target.length - 1}`
  const input = { Bucket: bucket.name, Key: name, Range: `bytes=${range}` }
  await bucket.run('GetObject', async () => {
    const answer = await bucket.client.send(new GetObjectCommand(input))
    if (!(answer.Body instanceof Readable)) throw new Error('an answer without a body')
    const given = answer.ContentRange ?? ''
    if (!given.startsWith(`bytes ${range}/`)) {
      answer.Body.destroy()
      throw new Fault('store.damaged', { cause: new Error(`asked for ${range}, was given ${given}`) })
    }
    await fillFrom(answer.Body, target, bucket.timeFor(target.length))
  })
}
