/** What stands in the address of a part of a DICOM object (PS3.18 §10.1): numbers of frames, and the place of a value. */

/** Frames as an address has them. */
export const frameListPattern = /^[1-9]\d{0,8}(,[1-9]\d{0,8})*$/

/** More frames in one question than an address has room for. */
const mostFrames = 5_000

/** A list of frames, counted from 1, none twice; null for anything else. */
export const readFrameList = (text: string): readonly number[] | null => {
  if (!frameListPattern.test(text)) return null
  const frames = text.split(',').map(Number)
  return frames.length <= mostFrames && new Set(frames).size === frames.length ? frames : null
}

/** `TAG`, or `TAG.item.TAG` inside sequences, items counted from 1. */
export const placePattern = /^[0-9A-F]{8}(\.[1-9]\d{0,6}\.[0-9A-F]{8}){0,16}$/
