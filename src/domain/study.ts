/**
 * What the index knows of DICOM objects. UIDs, numbers, modality and geometry stand in the open in the ledger;
 * everything that could name a person or describe an illness stands in `SealedFacts`, readable only with the
 * case key.
 */
import type { ExpectedCounts } from './completeness/came.ts'

/** A UID has at most so many characters (PS3.5 §9.1). */
export const longestUid = 64

/** Its form, without the rule against leading zeros, which real files break. */
export const uidPattern = /^[0-9]+(\.[0-9]+)*$/

/** The text as a UID, or null when it is none. */
export const readUid = (text: unknown): string | null =>
  typeof text === 'string' && text.length <= longestUid && uidPattern.test(text) ? text : null

export type InstanceFacts = {
  readonly studyUid: string
  readonly seriesUid: string
  readonly sopUid: string
  readonly sopClass: string
  readonly transferSyntax: string
  readonly modality: string
  readonly seriesNumber: number | null
  readonly instanceNumber: number | null
  readonly rows: number | null
  readonly columns: number | null
  readonly frames: number
}

/** A number the patient has elsewhere (0010,1002). Without its issuer it proves nothing and is not kept. */
export type OtherPatientId = { readonly id: string; readonly issuer: string }

/** More of them than any patient has. */
export const mostOtherIds = 8

/** More files than a disc holds: what its directory lists beyond is not looked at. */
export const mostListed = 20_000

/**
 * What a disc's directory says of an object that is no image (PS3.3 §F.5): of a report, a note of key images, a
 * presentation state, a plan. Texts as in `SealedFacts`.
 */
export type RecordFacts = {
  readonly contentDate?: string
  readonly contentTime?: string
  /** Completion Flag (0040,A491) and Verification Flag (0040,A493). */
  readonly completion?: string
  readonly verification?: string
  /** Verification DateTime (0040,A030) of the first who verified. */
  readonly verifiedAt?: string
  /** The title as a code: Concept Name Code Sequence (0040,A043). */
  readonly conceptName?: { readonly value: string; readonly scheme: string; readonly meaning: string }
  /** Content Label, Description and Creator’s Name (0070,0080), (0070,0081), (0070,0084). */
  readonly label?: string
  readonly description?: string
  readonly creator?: string
  /** Presentation Creation Date and Time (0070,0082), (0070,0083). */
  readonly createdDate?: string
  readonly createdTime?: string
  /** Document Title (0042,0010) and MIME Type of Encapsulated Document (0042,0012). */
  readonly documentTitle?: string
  readonly documentType?: string
  /** Of radiotherapy: Dose Summation Type (3004,000A), Structure Set Label (3006,0002), RT Plan Label (300A,0002). */
  readonly doseSummation?: string
  readonly structureSet?: string
  readonly plan?: string
}

/** Sealed under the case key, one per item. Texts are as decoded, capped in length by the inspector. */
export type SealedFacts = {
  /** The path the sender's machine had. */
  readonly name?: string
  readonly modified?: number
  readonly patientName?: string
  readonly patientId?: string
  readonly issuerOfPatientId?: string
  readonly otherPatientIds?: readonly OtherPatientId[]
  readonly birthDate?: string
  readonly sex?: string
  readonly studyDate?: string
  readonly studyTime?: string
  readonly studyId?: string
  readonly accessionNumber?: string
  readonly referringPhysician?: string
  readonly studyDescription?: string
  readonly seriesDescription?: string
  /** Performed Procedure Step Start Date and Time, (0040,0244) and (0040,0245). */
  readonly stepDate?: string
  readonly stepTime?: string
  /** Of the first item of Request Attributes Sequence (0040,0275). */
  readonly scheduledStepId?: string
  readonly procedureId?: string
  readonly bodyPart?: string
  readonly laterality?: string
  readonly institution?: string
  readonly imagePosition?: readonly number[]
  readonly imageOrientation?: readonly number[]
  readonly pixelSpacing?: readonly number[]
  readonly sliceThickness?: number
  readonly frameOfReference?: string
  readonly acquisition?: number
  /** Temporal Position Identifier (0020,0100). */
  readonly timePoint?: number
  /** Image Type (0008,0008) calls it a localizer: it shows where slices lie and is none itself. */
  readonly localizer?: true
  readonly photometric?: string
  readonly bitsAllocated?: number
  /** The first window of the file, and how stored values become those it speaks of. */
  readonly windowCenter?: number
  readonly windowWidth?: number
  readonly rescaleSlope?: number
  readonly rescaleIntercept?: number
  readonly expected?: ExpectedCounts
  /** Only of DICOM objects that are no images. */
  readonly record?: RecordFacts
  readonly pages?: number
  readonly title?: string
  /** Of a picture: `image/jpeg` and the like. */
  readonly mediaType?: string
  /** As stored, pixels; before it is turned upright. */
  readonly width?: number
  readonly height?: number
  /** How a picture is turned to stand upright, 1–8 as in EXIF. */
  readonly orientation?: number
  /** What a malware scanner called it; only where it found something. */
  readonly malware?: string
  /** SHA-1 of the bytes that go out, lower-case hex: the `hash` of IHE XDM. Of documents only, and proves nothing. */
  readonly sha1?: string
}
