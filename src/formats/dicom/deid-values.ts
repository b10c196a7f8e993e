/** De-identified values: the dummy for a type, a UID that nobody can turn back, a date moved by whole days. */
import { createHmac } from 'node:crypto'
import { padText, padUid, withoutPadding } from './padding.ts'

const dummies: Readonly<Record<string, string>> = {
  AE: 'ANONYMIZED',
  AS: '000Y',
  CS: 'ANONYMIZED',
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  IS: '0',
  LO: 'ANONYMIZED',
  LT: 'ANONYMIZED',
  PN: 'ANONYMIZED',
  SH: 'ANONYMIZED',
  ST: 'ANONYMIZED',
  TM: '000000',
  UC: 'ANONYMIZED',
  UT: 'ANONYMIZED',
}

const numberBytes: Readonly<Record<string, number>> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8, AT: 4 }

/** A value of this type that says nothing; empty for types whose every value would say something. */
export const dummyOf = (vr: string): Buffer => {
  const text = dummies[vr]
  return text === undefined ? Buffer.alloc(numberBytes[vr] ?? 0) : padText(text)
}

/** UIDs of the standard name no object and no person (PS3.5 §9). */
const standardUid = /^1\.2\.840\.10008(\.\d{1,4}){1,12}$/

/** One UID, mapped by this key: the same for the same, and without the key no way back. */
const mapOne = (key: Uint8Array, uid: string): string => {
  if (uid === '' || standardUid.test(uid)) return uid
  const bits = createHmac('sha256', key).update(`second-read/1/uid/${uid}`).digest().subarray(0, 16)
  bits[6] = ((bits[6] ?? 0) & 0x0f) | 0x80
  bits[8] = ((bits[8] ?? 0) & 0x3f) | 0x80
  return `2.25.${BigInt(`0x${bits.toString('hex')}`)}`
}

/** A value of type UI, each of its UIDs mapped. */
export const mapUids = (key: Uint8Array, value: Buffer): Buffer => {
  const uids = value
    .toString('latin1')
    .split('\\')
    .map((uid) => mapOne(key, withoutPadding(uid).trim()))
  return padUid(uids.join('\\'))
}

const dayMs = 86_400_000

const moveDay = (text: string, days: number): string | null => {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)/.exec(text) ?? []
  if (year === undefined) return null
  const moved = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)) + days * dayMs)
  const shown = Number.isNaN(moved.getTime()) ? '' : moved.toISOString()
  return /^\d{4}-/.test(shown) ? shown.slice(0, 10).replaceAll('-', '') : null
}

/** A value of type DA or DT moved by whole days, times as they are; null for what is no plain date. */
export const moveDates = (value: Buffer, days: number): Buffer | null => {
  const parts = value.toString('latin1').split('\\')
  const moved = parts.map((part) => {
    const text = withoutPadding(part).trim()
    if (text === '') return ''
    const day = /^\d{8}(\d{2,6}(\.\d{1,6})?)?([+-]\d{4})?$/.test(text) ? moveDay(text, days) : null
    return day === null ? null : day + text.slice(8)
  })
  return moved.some((part) => part === null) ? null : padText(moved.join('\\'))
}
