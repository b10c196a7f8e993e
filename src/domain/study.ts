/**
 * What the index knows of DICOM objects. UIDs, numbers, modality and geometry stand in the open in the ledger;
 * everything that could name a person or describe an illness stands in `SealedFacts`, readable only with the
 * case key.
 */
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

/** Sealed under the case key, one per item. Texts are as decoded, capped in length by the inspector. */
export type SealedFacts = {
  /** The path the sender's machine had. */
  readonly name?: string
  readonly modified?: number
  readonly patientName?: string
  readonly patientId?: string
  readonly issuerOfPatientId?: string
  readonly birthDate?: string
  readonly sex?: string
  readonly studyDate?: string
  readonly studyTime?: string
  readonly studyId?: string
  readonly accessionNumber?: string
  readonly studyDescription?: string
  readonly seriesDescription?: string
  readonly bodyPart?: string
  readonly institution?: string
  readonly imagePosition?: readonly number[]
  readonly imageOrientation?: readonly number[]
  readonly pixelSpacing?: readonly number[]
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
}
