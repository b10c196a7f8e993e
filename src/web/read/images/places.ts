/** Where things are: points of the screen, pixels of the slice, directions in the patient. Whatever is zoomed, turned or flipped. */
import type { StackViewport } from '@cornerstonejs/core'
import { type EdgeLetters, edgeLetters } from './orientation.ts'

export type Point = readonly [x: number, y: number]

type World = [number, number, number]

const minus = (a: World, b: World): World => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]

/** Of a point in CSS pixels of the pane. */
const worldOf = (viewport: StackViewport, [x, y]: Point): World => viewport.canvasToWorld([x, y]) as World

/** What the edges of the pane point to in the patient. */
export const lettersOf = (viewport: StackViewport, element: HTMLElement): EdgeLetters => {
  const [x, y] = [element.clientWidth / 2, element.clientHeight / 2]
  const centre = worldOf(viewport, [x, y])
  const right = minus(worldOf(viewport, [x + 10, y]), centre)
  const down = minus(worldOf(viewport, [x, y + 10]), centre)
  return edgeLetters(right, down)
}

/** Moves the picture by so many CSS pixels. */
export const moveBy = (viewport: StackViewport, by: Point): void => {
  const shift = minus(worldOf(viewport, [0, 0]), worldOf(viewport, by))
  const { focalPoint, position } = viewport.getCamera()
  if (focalPoint === undefined || position === undefined) return
  const shifted = ([x, y, z]: World): World => [x + shift[0], y + shift[1], z + shift[2]]
  viewport.setCamera({ focalPoint: shifted(focalPoint as World), position: shifted(position as World) })
}

/** The slice's first pixel and its steps to the next column and the next row, in the patient. */
const axesOf = (
  viewport: StackViewport,
): { readonly origin: World; readonly right: World; readonly down: World } => {
  const { origin, spacing, direction } = viewport.getImageData()
  const along = (at: number, by: number): World => [
    (direction[at] ?? 0) * by,
    (direction[at + 1] ?? 0) * by,
    (direction[at + 2] ?? 0) * by,
  ]
  return { origin: [...origin] as World, right: along(0, spacing[0]), down: along(3, spacing[1]) }
}

/** Column and row, counted from 0, of a point in CSS pixels. */
export const toPixel = (viewport: StackViewport, point: Point): Point => {
  const { origin, right, down } = axesOf(viewport)
  const from = minus(worldOf(viewport, point), origin)
  const along = (axis: World): number =>
    (from[0] * axis[0] + from[1] * axis[1] + from[2] * axis[2]) / (axis[0] ** 2 + axis[1] ** 2 + axis[2] ** 2)
  return [along(right), along(down)]
}

/** The other way round. */
export const toScreen = (viewport: StackViewport, [column, row]: Point): Point => {
  const { origin, right, down } = axesOf(viewport)
  const at = (axis: 0 | 1 | 2): number => origin[axis] + right[axis] * column + down[axis] * row
  const [x, y] = viewport.worldToCanvas([at(0), at(1), at(2)])
  return [x, y]
}
