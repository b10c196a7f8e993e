/** What a hand on a pane means: one button or finger is the tool, two fingers move and zoom, the right button zooms, the wheel goes through the slices. */
import type { Pane } from './pane.ts'
import type { Point } from './places.ts'

export const toolNames = ['scroll', 'window', 'pan', 'zoom', 'length', 'angle'] as const
export type ToolName = (typeof toolNames)[number]

export type HandTerms = {
  readonly pane: () => Pane | null
  readonly tool: () => ToolName
  /** By so many slices. */
  readonly onScroll: (by: number) => void
  /** A point of a measure was put, or the one in the hand moves; in CSS pixels of the pane. */
  readonly onPoint: (point: Point, done: boolean) => void
}

/** Pixels of a drag for one slice. */
const perSlice = 8

/** Listens on the element until the returned function is called. */
export const takeHand = (
  element: HTMLElement,
  { pane, tool, onScroll, onPoint }: HandTerms,
): (() => void) => {
  const held = new Map<number, Point>()
  const ending = new AbortController()
  let rest = 0
  let wheel = 0

  const placeOf = (event: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect()
    return [event.clientX - left, event.clientY - top]
  }

  const scroll = (dy: number): void => {
    rest += dy
    const by = Math.trunc(rest / perSlice)
    rest -= by * perSlice
    if (by !== 0) onScroll(by)
  }

  const use = (name: ToolName, dx: number, dy: number, at: Point): void => {
    if (name === 'window') pane()?.dragWindow(dx, dy)
    if (name === 'pan') pane()?.pan(dx, dy)
    if (name === 'zoom') pane()?.zoom(Math.exp(-dy / 150))
    if (name === 'scroll') scroll(dy)
    if (name === 'length' || name === 'angle') onPoint(at, false)
  }

  const pinch = (id: number, to: Point): void => {
    const other = [...held].find(([one]) => one !== id)?.[1]
    const before = held.get(id)
    if (other === undefined || before === undefined) return
    const size = ([x, y]: Point): number => Math.hypot(x - other[0], y - other[1])
    if (size(before) > 10) pane()?.zoom(size(to) / size(before))
    pane()?.pan((to[0] - before[0]) / 2, (to[1] - before[1]) / 2)
  }

  const { signal } = ending
  element.addEventListener(
    'pointerdown',
    (event) => {
      element.setPointerCapture(event.pointerId)
      held.set(event.pointerId, placeOf(event))
      rest = 0
      const measuring = tool() === 'length' || tool() === 'angle'
      if (measuring && event.button === 0 && held.size === 1) onPoint(placeOf(event), true)
    },
    { signal },
  )
  element.addEventListener(
    'pointermove',
    (event) => {
      const at = placeOf(event)
      const before = held.get(event.pointerId)
      if (before === undefined) {
        if (tool() === 'length' || tool() === 'angle') onPoint(at, false)
        return
      }
      if (held.size > 1) pinch(event.pointerId, at)
      else {
        const name = event.buttons === 2 ? 'zoom' : event.buttons === 4 ? 'pan' : tool()
        use(name, at[0] - before[0], at[1] - before[1], at)
      }
      held.set(event.pointerId, at)
    },
    { signal },
  )
  const drop = (event: PointerEvent): void => {
    const at = placeOf(event)
    const began = held.get(event.pointerId)
    held.delete(event.pointerId)
    const measuring = tool() === 'length' || tool() === 'angle'
    // A measure is drawn by clicks, or in one stroke.
    if (measuring && began !== undefined && event.type === 'pointerup' && event.button === 0)
      onPoint(at, true)
  }
  for (const kind of ['pointerup', 'pointercancel'] as const) element.addEventListener(kind, drop, { signal })
  element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal })
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      if (event.ctrlKey) return pane()?.zoom(Math.exp(-event.deltaY / 300))
      // A wheel's notch is a slice; a touchpad's many small steps add up to one.
      wheel += event.deltaMode === 0 ? event.deltaY / 50 : event.deltaY
      const by = Math.trunc(wheel)
      wheel -= by
      return by === 0 ? undefined : onScroll(Math.sign(by) * Math.max(1, Math.floor(Math.abs(by) / 2)))
    },
    { signal, passive: false },
  )
  return () => ending.abort()
}
