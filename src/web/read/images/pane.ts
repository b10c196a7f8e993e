/**
 * One picture on the screen, and what can be done with it. The promise: the number that is shown is the slice that is
 * drawn. The viewport draws with a later frame than the one that asked it, so the number is taken from the picture the
 * viewport holds, in the moment it was drawn. A slice that cannot be read is said so, and nothing of another slice
 * stays in its place.
 */
import { Enums, type RenderingEngine, type StackViewport } from '@cornerstonejs/core'
import type { Reading } from '#web/read/reading.ts'
import { cacheBytes } from './engine.ts'
import { loadSlice } from './load.ts'
import { outward } from './order.ts'
import type { EdgeLetters } from './orientation.ts'
import { lettersOf, moveBy, type Point, toPixel, toScreen } from './places.ts'
import type { Slice } from './slices.ts'
import { dragged, rangeOf, type Window, windowOf } from './window.ts'

export type PaneState = {
  readonly slices: readonly Slice[]
  /** The slice on the screen, or the one that could not be read; null before the first. */
  readonly at: number | null
  /** The slice that was asked for last: another one than `at` while it is on its way. */
  readonly wanted: number
  readonly failed: boolean
  /** Null for colour and before the first picture. */
  readonly window: Window | null
  readonly letters: EdgeLetters | null
  readonly inverted: boolean
  /** Grows with everything that moves the picture on the screen. */
  readonly moved: number
}

export type Pane = {
  open(slices: readonly Slice[], at: number): void
  go(to: number): void
  setWindow(window: Window): void
  dragWindow(dx: number, dy: number): void
  pan(dx: number, dy: number): void
  /** 1.1 is a tenth larger. */
  zoom(by: number): void
  fit(): void
  rotate(): void
  flip(): void
  invert(): void
  /** Pixels of the slice (column, row) of a point of the pane in CSS pixels, and back. */
  toPixel(point: Point): Point | null
  toScreen(pixel: Point): Point | null
  resize(): void
  close(): void
}

const empty: PaneState = {
  slices: [],
  at: null,
  wanted: 0,
  failed: false,
  window: null,
  letters: null,
  inverted: false,
  moved: 0,
}

export const startState = empty

/**
 * Draws into `element`, which must be in the page. `show` hears of every change; when it is `drawn`, the picture changed
 * in this very moment, and what is said of it has to change before the browser paints.
 */
export const openPane = (
  engine: RenderingEngine,
  id: string,
  element: HTMLDivElement,
  reading: Reading,
  show: (state: PaneState, drawn: boolean) => void,
): Pane => {
  engine.enableElement({ viewportId: id, type: Enums.ViewportType.STACK, element })
  const viewport = engine.getViewport(id) as StackViewport
  let state = empty
  let closed = false
  /** What the viewport was given whole. */
  let stack: readonly Slice[] | null = null
  let placing: Promise<void> = Promise.resolve()
  /** A slice that could not be read lies over the picture, until one that was asked for after it is there. */
  let covered = false
  let round = 0
  let turned = 0
  let mirrored = false

  const set = (next: Partial<PaneState>, drawn = false): void => {
    if (closed) return
    state = { ...state, ...next }
    show(state, drawn)
  }

  const isStacked = (): boolean => stack === state.slices

  const windowNow = (): Window | null => {
    if (!isStacked()) return null
    const { voiRange } = viewport.getProperties()
    const colour = viewport.getCornerstoneImage()?.color === true
    return voiRange === undefined || colour ? null : windowOf(voiRange)
  }

  const isInverted = (): boolean => viewport.getProperties().invert === true

  const look = (slice: Slice): Partial<PaneState> => ({
    window: windowNow(),
    letters: slice.oriented ? lettersOf(viewport, element) : null,
    inverted: isInverted(),
    moved: state.moved + 1,
  })

  const draw = (): void => {
    if (!closed && isStacked()) viewport.render()
  }

  const onDrawn = (): void => {
    if (closed || covered || !isStacked()) return
    const held = viewport.getCornerstoneImage()?.imageId
    const at = state.slices.findIndex(({ imageId }) => imageId === held)
    const slice = state.slices[at]
    if (slice !== undefined) set({ at, failed: false, ...look(slice) }, true)
  }
  element.addEventListener(Enums.Events.IMAGE_RENDERED, onDrawn)

  const prefetch = async (slices: readonly Slice[], at: number, mine: number): Promise<void> => {
    const { width, height } = viewport.getCornerstoneImage()
    const most = Math.floor((cacheBytes() * 0.7) / (width * height * 4))
    const queue = outward(at, slices.length, most)[Symbol.iterator]()
    const take = async (): Promise<void> => {
      for (const next of queue) {
        if (closed || mine !== round) return
        const slice = slices[next]
        // One that cannot be read is said when it is looked at.
        if (slice !== undefined) await loadSlice(reading, slice, 'prefetch').catch(() => null)
      }
    }
    await Promise.all([take(), take(), take()])
  }

  const place = async (slices: readonly Slice[], to: number): Promise<void> => {
    if (stack === slices) await viewport.setImageIdIndex(to)
    else {
      stack = null
      await viewport.setStack(
        slices.map(({ imageId }) => imageId),
        to,
      )
      stack = slices
      turned = 0
      mirrored = false
    }
    // With a graphics card a slice that did not come is no error of the library, and the one before it stays.
    if (viewport.getCornerstoneImage()?.imageId !== slices[to]?.imageId)
      throw new Error('the viewport holds another slice')
  }

  /** @throws when the viewport could not take the slice */
  const placeNow = async (slices: readonly Slice[], to: number, mine: number): Promise<void> => {
    if (closed || mine !== round) return
    try {
      await place(slices, to)
      if (mine === round) covered = false
    } catch (failure) {
      // The library believes that it has it: given whole again, it asks again.
      stack = null
      throw failure
    }
  }

  const put = async (to: number, mine: number): Promise<void> => {
    const { slices } = state
    const slice = slices[to]
    if (slice === undefined) return
    try {
      await loadSlice(reading, slice, 'interaction')
      // One at a time: of two series that come together the library may keep the pictures of one under the other.
      const mineDone = placing.then(() => placeNow(slices, to, mine))
      placing = mineDone.catch(() => undefined)
      await mineDone
      if (closed || mine !== round) return
      viewport.render()
      // Let the picture be seen before the line is busy with others.
      setTimeout(() => {
        if (mine === round) void prefetch(slices, to, mine)
      }, 150)
    } catch {
      if (closed || mine !== round) return
      covered = true
      set({ at: to, failed: true, window: null, letters: null })
    }
  }

  return {
    open: (slices, at) => {
      round += 1
      covered = false
      // Of the series before nothing stays, not even while the new one is on its way.
      set({ ...empty, slices, wanted: at, moved: state.moved + 1 })
      void put(at, round)
    },
    go: (to) => {
      const { slices, wanted, at } = state
      const next = Math.max(0, Math.min(slices.length - 1, to))
      if (slices.length === 0 || (next === wanted && at === next)) return
      round += 1
      set({ wanted: next })
      void put(next, round)
    },
    setWindow: (window) => {
      if (windowNow() === null) return
      viewport.setProperties({ voiRange: rangeOf(window) })
      draw()
    },
    dragWindow: (dx, dy) => {
      const window = windowNow()
      if (window === null) return
      viewport.setProperties({ voiRange: rangeOf(dragged(window, dx, dy)) })
      draw()
    },
    pan: (dx, dy) => {
      if (!isStacked()) return
      moveBy(viewport, [dx, dy])
      draw()
    },
    zoom: (by) => {
      const { parallelScale } = isStacked() ? viewport.getCamera() : {}
      if (parallelScale === undefined) return
      viewport.setCamera({ parallelScale: Math.max(1e-3, parallelScale / by) })
      draw()
    },
    fit: () => {
      if (!isStacked()) return
      turned = 0
      mirrored = false
      viewport.setCamera({ flipHorizontal: false })
      viewport.setViewPresentation({ rotation: 0 })
      viewport.resetCamera()
      draw()
    },
    rotate: () => {
      if (!isStacked()) return
      turned = (turned + 90) % 360
      viewport.setViewPresentation({ rotation: turned })
      draw()
    },
    flip: () => {
      if (!isStacked()) return
      mirrored = !mirrored
      viewport.setCamera({ flipHorizontal: mirrored })
      draw()
    },
    invert: () => {
      if (!isStacked()) return
      viewport.setProperties({ invert: !isInverted() })
      draw()
    },
    toPixel: (point) => (isStacked() ? toPixel(viewport, point) : null),
    toScreen: (pixel) => (isStacked() ? toScreen(viewport, pixel) : null),
    resize: () => {
      if (closed) return
      engine.resize(true, true)
      draw()
    },
    close: () => {
      closed = true
      round += 1
      element.removeEventListener(Enums.Events.IMAGE_RENDERED, onDrawn)
      engine.disableElement(id)
    },
  }
}
