import { describe, expect, it } from 'vitest'
import { mayPass } from './s3-fault.ts'

const refusal = (name: string, metadata: object): Error =>
  Object.assign(new Error(name), { name, $metadata: metadata })

describe('mayPass', () => {
  it('tries again once the client knows the server’s time, also when no body named the refusal', () => {
    expect(mayPass(refusal('RequestTimeTooSkewed', { httpStatusCode: 403 }))).toBe(true)
    expect(mayPass(refusal('UnknownError', { httpStatusCode: 403, clockSkewCorrected: true }))).toBe(true)
  })

  it('does not try a refusal again that time will not change', () => {
    expect(mayPass(refusal('UnknownError', { httpStatusCode: 403 }))).toBe(false)
    expect(mayPass(refusal('AccessDenied', { httpStatusCode: 403 }))).toBe(false)
  })
})
