/** Letters at the edges of a picture: where in the patient its right and lower edge point (PS3.3 §C.7.6.1.1.1). Pure. */

type Vector = readonly [number, number, number]

/** x grows to the patient's left, y to the back, z to the head. */
const axes = [
  ['L', 'R'],
  ['P', 'A'],
  ['H', 'F'],
] as const

/** Less than this part of a direction is not worth a letter. */
const least = 0.25

/** The letters of a direction, the strongest first: `L`, `PR`. Empty for none. */
export const lettersOf = (direction: Vector): string => {
  const length = Math.hypot(...direction)
  if (length === 0) return ''
  return axes
    .map(([positive, negative], axis) => {
      const part = (direction[axis] ?? 0) / length
      return { letter: part > 0 ? positive : negative, size: Math.abs(part) }
    })
    .filter(({ size }) => size > least)
    .toSorted((a, b) => b.size - a.size)
    .slice(0, 2)
    .map(({ letter }) => letter)
    .join('')
}

export type EdgeLetters = {
  readonly left: string
  readonly right: string
  readonly top: string
  readonly bottom: string
}

const turned = ([x, y, z]: Vector): Vector => [-x, -y, -z]

/** From what the right and the lower edge of the screen point to. */
export const edgeLetters = (right: Vector, down: Vector): EdgeLetters => ({
  right: lettersOf(right),
  left: lettersOf(turned(right)),
  bottom: lettersOf(down),
  top: lettersOf(turned(down)),
})
