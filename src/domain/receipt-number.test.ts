/** Receipt numbers: of these bytes, as they were told before. */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { receiptNumber } from './receipt-number.ts'

it('is ten characters of the digest in two groups', async () => {
  const digest = createHash('sha256').update('a.b.c').digest('hex').toUpperCase()
  expect(await receiptNumber('a.b.c')).toBe(`${digest.slice(0, 5)}-${digest.slice(5, 10)}`)
  expect(await receiptNumber('a.b.d')).not.toBe(await receiptNumber('a.b.c'))
})
