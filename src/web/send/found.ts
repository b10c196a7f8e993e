/** What was found among the files a person chose, before anything is sent: studies, documents, whose they are. */

/** Whose records a group of files says they are. */
export type FoundPatient = {
  readonly name: string | null
  /** As the files have it, ISO where it is a date. */
  readonly birthDate: string | null
  readonly images: number
}

export type MatchState = 'asking' | 'same' | 'variant' | 'different' | 'unknown' | 'not-asked'

export type FoundStudy = {
  readonly key: string
  readonly modalities: readonly string[]
  readonly description: string | null
  /** ISO date. */
  readonly date: string | null
  readonly series: number
  readonly images: number
  readonly bytes: number
  readonly patient: FoundPatient
  readonly match: MatchState
  /** Files of it that the gateway has already. */
  readonly already: number
  readonly chosen: boolean
}

/** What a photograph may suffer from; for a person to judge. */
export type PhotoDoubt = 'blurred' | 'dark'

export type FoundDocument = {
  readonly key: string
  readonly name: string
  readonly kind: 'pdf' | 'picture' | 'archive' | 'other'
  readonly bytes: number
  /** A blob address for the picture, or null. */
  readonly thumbnail: string | null
  /** A package locked with a password, or a PDF that may be: many only forbid printing. */
  readonly locked: boolean
  /** Worth another look before it is sent; never a reason to refuse. */
  readonly doubt: PhotoDoubt | null
  readonly already: boolean
  readonly chosen: boolean
}

export type Found = {
  readonly studies: readonly FoundStudy[]
  readonly documents: readonly FoundDocument[]
  /** Viewer programs, shortcuts, system files: not sent. Counted by kind. */
  readonly leftOut: { readonly programs: number; readonly system: number }
  readonly unreadable: readonly string[]
  /** What the disc's own list speaks of, when there is one. */
  readonly disc: { readonly listed: number; readonly found: number } | null
  /** Different people among the files, most images first; one or none when there is no doubt. */
  readonly patients: readonly FoundPatient[]
  /** What the sender said to a doubt about the patient; null until then. */
  readonly answer: 'same-person' | 'several-patients' | null
  /** A doubt that must be answered before anything is sent. */
  readonly mustAnswer: 'different' | 'several' | null
  readonly chosen: { readonly files: number; readonly bytes: number; readonly already: number }
}
