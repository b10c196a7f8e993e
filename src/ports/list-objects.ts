/** All objects of a kind, for a command that looks at each. */
import type { Listed } from '#domain/rebuilding.ts'
import type { ObjectStore } from './object-store.ts'

/** Those that were written first come first; as many as there are, so never for a request. */
export const listOldestFirst = async (
  store: Pick<ObjectStore, 'list'>,
  prefix: string,
): Promise<Listed[]> => {
  const listed: Listed[] = []
  for await (const entry of store.list(prefix)) listed.push(entry)
  return listed.sort((a, b) => a.at.getTime() - b.at.getTime() || (a.key < b.key ? -1 : 1))
}
