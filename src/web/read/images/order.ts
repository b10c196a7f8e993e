/** Which slices to fetch next: those around the one that is looked at, nearest first, onwards before backwards. Pure. */

/** At most `most` numbers within 0 … count-1, without `at` itself. */
export const outward = (at: number, count: number, most: number): readonly number[] => {
  const found: number[] = []
  for (let step = 1; step < count && found.length < most; step += 1)
    for (const next of [at + step, at - step])
      if (next >= 0 && next < count && found.length < most) found.push(next)
  return found
}
