/** Came: everything of a case that has come, as far as completeness asks. */
import type { ImageKind } from './mentioned-modalities.ts'

/** How many there should be, as an object itself says. Few do. */
export type ExpectedCounts = {
  /** (0020,1209). */
  readonly seriesInstances?: number
  /** (0020,1206). */
  readonly studySeries?: number
  /** (0020,1208). */
  readonly studyInstances?: number
  /** (0020,1002), images of its acquisition. */
  readonly acquisitionImages?: number
  /** (0020,0105). */
  readonly timePoints?: number
  /** (0054,0081), slices of a volume. */
  readonly slices?: number
}

/** A DICOM object that readers see, or that waits in quarantine. */
export type CameInstance = {
  readonly studyUid: string
  readonly seriesUid: string
  readonly sopUid: string
  readonly modality: string
  readonly seriesNumber: number | null
  readonly instanceNumber: number | null
  readonly frames: number
  readonly waiting: boolean
  /** Its number was there already with other bytes. */
  readonly collides: boolean
  readonly facts: {
    readonly imagePosition?: readonly number[]
    readonly imageOrientation?: readonly number[]
    readonly acquisition?: number
    readonly timePoint?: number
    readonly localizer?: boolean
    readonly expected?: ExpectedCounts
  }
}

export type Came = {
  readonly instances: readonly CameInstance[]
  /** SOP Instance UIDs that each disc's own directory lists. */
  readonly lists: readonly (readonly string[])[]
  /** Other files that wait in quarantine. */
  readonly waiting: number
  /** Files announced or received that have no verdict yet. */
  readonly unfinished: number
  /** Files refused because no reader could open them. */
  readonly unreadable: number
  /** Files refused because the same bytes were there. */
  readonly duplicates: number
  /** Kinds of images that documents speak of. */
  readonly mentioned: ReadonlySet<ImageKind>
}
