/** Who is sending: opened by nobody but who has its key, and for no other case or sender. */
import { createCipheriv, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaseId, SenderId } from '#domain/id.ts'
import { openIntroduction, sealIntroduction } from './introduction.ts'

const newId = <Id>(): Id => crypto.randomUUID() as Id
const [of, sender] = [newId<CaseId>(), newId<SenderId>()]
const key = randomBytes(32)
const said = { name: 'Dr. Anaïs Müller – आशा', mail: 'asha@example.org', phone: null }
const damaged = expect.objectContaining({ name: 'Fault', code: 'store.damaged' })

const outcome = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

/** As its description says, with nothing of ours. */
const sealByHand = (text: string): Buffer => {
  const nonce = randomBytes(12)
  const seal = createCipheriv('aes-256-gcm', key, nonce)
  seal.setAAD(Buffer.from(`second-read/1/introduction/${of}/${sender}`))
  return Buffer.concat([nonce, seal.update(text, 'utf8'), seal.final(), seal.getAuthTag()])
}

describe('a sealed introduction', () => {
  it('gives back whatever a person says', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 })
    const anybody = fc.record({ name: text, mail: fc.option(text), phone: fc.option(text) })
    fc.assert(
      fc.property(anybody, (one) => {
        expect(openIntroduction(key, of, sender, sealIntroduction(key, of, sender, one))).toEqual(one)
      }),
    )
  })

  it('is what its description says', () => {
    const text = `{"mail":"${said.mail}","name":"${said.name}","phone":null}`
    expect(openIntroduction(key, of, sender, sealByHand(text))).toEqual(said)
  })

  it('opens for no other case, sender or key, and not when a byte changed or is missing', () => {
    const sealed = sealIntroduction(key, of, sender, said)
    for (const work of [
      () => openIntroduction(key, newId(), sender, sealed),
      () => openIntroduction(key, of, newId(), sealed),
      () => openIntroduction(randomBytes(32), of, sender, sealed),
      () => openIntroduction(key, of, sender, sealed.subarray(1)),
      () =>
        openIntroduction(
          key,
          of,
          sender,
          sealed.map((byte, at) => (at === 20 ? byte ^ 1 : byte)),
        ),
    ])
      expect(outcome(work)).toEqual(damaged)
  })

  it.each(['', '[]', '{}', '{"mail":null,"name":7,"phone":null}', '{"mail":1,"name":"a","phone":null}'])(
    'believes nothing that is none: %j',
    (text) => {
      expect(outcome(() => openIntroduction(key, of, sender, sealByHand(text)))).toEqual(damaged)
    },
  )
})
