/** What the file system throws, as faults of an object store. */
import { Fault } from '#domain/fault.ts'

/** The error's code (`ENOENT`), or an empty text. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const toFault = (error: unknown): Fault => {
  if (error instanceof Fault) return error
  const code = codeOf(error)
  if (code === 'ENOENT') return new Fault('store.damaged', { cause: error })
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Fault('store.full', { cause: error })
  if (code === 'EEXIST') return new Fault('state.conflict', { cause: error })
  return new Fault('store.unavailable', { cause: error })
}

/** Runs work on files; whatever it throws leaves as a fault. */
export const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw toFault(error)
  }
}
