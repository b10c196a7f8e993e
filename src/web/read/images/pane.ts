/**
 * One picture on the screen, and what can be done with it. The promise: the number that is shown is the slice that is
 * drawn. A slice that cannot be read is said so, and nothing of another slice stays in its place.
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

/** Draws into `element`, which must be in the page. `show` hears of every change. */
export const openPane = (
  engine: RenderingEngine,
  id: string,
  element: HTMLDivElement,
  reading: Reading,
  show: (state: PaneState) => void,
): Pane => {
  engine.enableElement({ viewportId: id, type: Enums.ViewportType.STACK, element })
  const viewport = engine.getViewport(id) as StackViewport
  let state = empty
  let closed = false
  let stacked = false
  let round = 0
  let turned = 0
  let mirrored = false

  const set = (next: Partial<PaneState>): void => {
    if (closed) return
    state = { ...state, ...next }
    show(state)
  }

  const look = (): Partial<PaneState> => {
    const slice = state.at === null ? undefined : state.slices[state.at]
    if (slice === undefined || !stacked) return { window: null, letters: null }
    const { voiRange, invert = false } = viewport.getProperties()
    const image = viewport.getCornerstoneImage()
    return {
      window: voiRange === undefined || image?.color === true ? null : windowOf(voiRange),
      letters: slice.oriented ? lettersOf(viewport, element) : null,
      inverted: invert,
      moved: state.moved + 1,
    }
  }

  const draw = (): void => {
    if (closed || !stacked) return
    viewport.render()
    set(look())
  }

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

  const put = async (to: number, mine: number): Promise<void> => {
    const { slices } = state
    const slice = slices[to]
    if (slice === undefined) return
    try {
      await loadSlice(reading, slice, 'interaction')
      if (closed || mine !== round) return
      if (stacked) await viewport.setImageIdIndex(to)
      else {
        await viewport.setStack(
          slices.map(({ imageId }) => imageId),
          to,
        )
        stacked = true
        turned = 0
        mirrored = false
      }
      if (closed || mine !== round) return
      viewport.render()
      state = { ...state, at: to, failed: false }
      // Once: a reader who scrolls waits for every drawing of the page.
      set(look())
      // Let the picture be seen before the line is busy with others.
      setTimeout(() => {
        if (mine === round) void prefetch(slices, to, mine)
      }, 150)
    } catch {
      if (!closed && mine === round) set({ at: to, failed: true })
    }
  }

  return {
    open: (slices, at) => {
      round += 1
      stacked = false
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
      if (state.window === null) return
      viewport.setProperties({ voiRange: rangeOf(window) })
      draw()
    },
    dragWindow: (dx, dy) => {
      if (state.window === null) return
      viewport.setProperties({ voiRange: rangeOf(dragged(state.window, dx, dy)) })
      draw()
    },
    pan: (dx, dy) => {
      if (!stacked) return
      moveBy(viewport, [dx, dy])
      draw()
    },
    zoom: (by) => {
      const { parallelScale } = stacked ? viewport.getCamera() : {}
      if (parallelScale === undefined) return
      viewport.setCamera({ parallelScale: Math.max(1e-3, parallelScale / by) })
      draw()
    },
    fit: () => {
      if (!stacked) return
      turned = 0
      mirrored = false
      viewport.setCamera({ flipHorizontal: false })
      viewport.setViewPresentation({ rotation: 0 })
      viewport.resetCamera()
      draw()
    },
    rotate: () => {
      if (!stacked) return
      turned = (turned + 90) % 360
      viewport.setViewPresentation({ rotation: turned })
      draw()
    },
    flip: () => {
      if (!stacked) return
      mirrored = !mirrored
      viewport.setCamera({ flipHorizontal: mirrored })
      draw()
    },
    invert: () => {
      if (!stacked) return
      viewport.setProperties({ invert: !state.inverted })
      draw()
    },
    toPixel: (point) => (stacked ? toPixel(viewport, point) : null),
    toScreen: (pixel) => (stacked ? toScreen(viewport, pixel) : null),
    resize: () => {
      if (closed) return
      engine.resize(true, true)
      draw()
    },
    close: () => {
      closed = true
      round += 1
      engine.disableElement(id)
    },
  }
}
