/** JSON in our own formats: what it should be or `store.damaged`, and no member is believed before it was looked at. */
import { Fault } from '#domain/fault.ts'

/** Reads a value. @throws `store.damaged` for text that is no JSON */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault('store.damaged', { cause })
  }
}

/** Reads an object, or an array as one with numbers for names. @throws `store.damaged` for anything else */
export const parseObject = (json: Buffer | string): Readonly<Record<string, unknown>> => {
  const value = parseJson(json.toString())
  if (typeof value === 'object' && value !== null) return { ...value }
  throw new Fault('store.damaged')
}

/** Reads an array. @throws `store.damaged` for anything else */
export const parseArray = (json: Buffer | string): readonly unknown[] => {
  const value = parseJson(json.toString())
  if (Array.isArray(value)) return value
  throw new Fault('store.damaged')
}
