/**
 * JPEG: walks the segments of a picture (ITU-T T.81 annex B) to its end. What a picture needs to look right stays
 * (JFIF, colour profile, Adobe's colour transform); an EXIF keeps its orientation alone; every other application
 * segment, comment and all that stands behind the end is blanked.
 */
import { type Blanking, startBlanking } from './blanking.ts'
import { readOrientation, writeOrientation } from './exif.ts'
import { isTooLarge, type PictureLayout, type PictureRead } from './picture.ts'

const marker = {
  tem: 0x01,
  sof0: 0xc0,
  sof2: 0xc2,
  dht: 0xc4,
  jpg: 0xc8,
  dac: 0xcc,
  rst0: 0xd0,
  rst7: 0xd7,
  eoi: 0xd9,
  sos: 0xda,
  app0: 0xe0,
  app15: 0xef,
  com: 0xfe,
} as const

const exifHead = Buffer.from('Exif\0\0')
const jfifHead = Buffer.from('JFIF\0')
const jfifBytes = 14
const adobeHead = Buffer.from('Adobe')
const adobeBytes = 12
const profileHead = Buffer.from('ICC_PROFILE\0')

type Frame = {
  readonly kind: number
  readonly precision: number
  readonly width: number
  readonly height: number
}

type Walk = {
  frame: Frame | null
  orientation: number | null
  /** Offset of the first entropy-coded byte; null while there is none. */
  scan: number | null
  ended: boolean
}

const isFrame = (code: number): boolean =>
  code >= marker.sof0 && code <= 0xcf && code !== marker.dht && code !== marker.jpg && code !== marker.dac

const standsAlone = (code: number): boolean => code === marker.tem || (code >= marker.rst0 && code <= 0xd8)

const begins = (payload: Buffer, head: Buffer): boolean => payload.subarray(0, head.length).equals(head)

const judgeApplication = (
  walk: Walk,
  blanking: Blanking,
  code: number,
  at: number,
  payload: Buffer,
): void => {
  const { length } = payload
  if (code === marker.app0 && begins(payload, jfifHead) && length >= jfifBytes) {
    // The last two bytes are the size of a thumbnail, which may show what was cropped away.
    blanking.blank(at + 12, length - 12)
  } else if (code === 0xe1 && walk.orientation === null && begins(payload, exifHead)) {
    walk.orientation = readOrientation(payload.subarray(exifHead.length))
    blanking.blank(at, length, Buffer.concat([exifHead, writeOrientation(walk.orientation)]))
  } else if (code === 0xee && begins(payload, adobeHead) && length >= adobeBytes) {
    blanking.blank(at + adobeBytes, length - adobeBytes)
  } else if (code !== 0xe2 || !begins(payload, profileHead)) {
    blanking.blank(at, length)
  }
}

const readFrame = (code: number, payload: Buffer): Frame | null =>
  payload.length < 6
    ? null
    : {
        kind: code,
        precision: payload.readUInt8(0),
        height: payload.readUInt16BE(1),
        width: payload.readUInt16BE(3),
      }

// T.81 §B.1.1.5: inside coded data FF is followed by 00; restart markers belong to it.
const findScanEnd = (bytes: Buffer, from: number): number => {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && next !== 0xff && (next < marker.rst0 || next > marker.rst7)) return at
  }
  return bytes.length
}

const walkSegments = (bytes: Buffer, blanking: Blanking): Walk => {
  const walk: Walk = { frame: null, orientation: null, scan: null, ended: false }
  for (let at = 2; at + 2 <= bytes.length; ) {
    const found = bytes.indexOf(0xff, at)
    // A reader steps over what stands between two segments.
    blanking.blank(at, (found === -1 ? bytes.length : found) - at)
    if (found === -1 || found + 2 > bytes.length) break
    const code = bytes.readUInt8(found + 1)
    at = found + 2
    if (code === 0xff || code === 0) at = found + 1
    else if (code === marker.eoi) {
      walk.ended = true
      blanking.blank(at, bytes.length - at)
      break
    } else if (!standsAlone(code)) {
      if (at + 2 > bytes.length) break
      const length = Math.max(2, bytes.readUInt16BE(at))
      const payload = bytes.subarray(at + 2, at + length)
      if ((code >= marker.app0 && code <= marker.app15) || code === marker.com)
        judgeApplication(walk, blanking, code, at + 2, payload)
      else if (isFrame(code)) walk.frame ??= readFrame(code, payload)
      at += length
      if (code === marker.sos && at < bytes.length) {
        walk.scan ??= at
        at = findScanEnd(bytes, at)
      }
    }
  }
  return walk
}

/** Reads a picture that begins with FFD8. */
export const readJpeg = (bytes: Buffer): PictureRead => {
  const blanking = startBlanking(bytes)
  const { frame, orientation, scan, ended } = walkSegments(bytes, blanking)
  if (frame === null || scan === null || frame.width === 0 || frame.height === 0) return 'PICTURE_UNREADABLE'
  // Lossless, arithmetic and 12-bit pictures: no browser shows them.
  if (frame.kind > marker.sof2 || frame.precision !== 8) return 'PICTURE_UNSUPPORTED'
  if (isTooLarge(frame.width, frame.height)) return 'PICTURE_LIMIT'
  const decode: PictureLayout['decode'] = async (decoders) => {
    const decoded = await decoders.jpeg(bytes)
    return decoded === 'whole' && !ended ? 'damaged' : decoded
  }
  const { width, height } = frame
  return { width, height, orientation: orientation ?? 1, patches: blanking.patches, decode }
}
