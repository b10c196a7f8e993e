/**
 * Puts an entry into a map that keeps the `most` that were put last; one that is put again counts as new. Gives the value
 * that had to go for it, or undefined.
 */
export const putNewest = <Key, Value>(
  map: Map<Key, Value>,
  most: number,
  key: Key,
  value: Value,
): Value | undefined => {
  map.delete(key)
  map.set(key, value)
  if (map.size <= most) return undefined
  for (const [oldest, gone] of map) {
    map.delete(oldest)
    return gone
  }
  return undefined
}
