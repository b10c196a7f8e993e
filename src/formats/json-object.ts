/** JSON in our own formats: an object or `store.damaged`, and no member is believed before it was looked at. */
import { Fault } from '#domain/fault.ts'

/** Reads an object, or an array as one with numbers for names. @throws `store.damaged` for anything else */
export const parseObject = (bytes: Buffer): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch (cause) {
    throw new Fault('store.damaged', { cause })
  }
  throw new Fault('store.damaged')
}
