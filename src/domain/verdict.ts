/**
 * Verdicts: what a check found, as codes from a closed list, each with the state it leads to and a sentence
 * for the person who sent the file. The worst code decides. `{…}` in a sentence is filled from safe facts.
 */
export type Outcome = 'accepted' | 'accepted_with_warnings' | 'quarantined' | 'rejected'

type Rule = { readonly outcome: Outcome; readonly sentence: string }

const accepted = (sentence: string): Rule => ({ outcome: 'accepted', sentence })
const warning = (sentence: string): Rule => ({ outcome: 'accepted_with_warnings', sentence })
const quarantined = (sentence: string): Rule => ({ outcome: 'quarantined', sentence })
const rejected = (sentence: string): Rule => ({ outcome: 'rejected', sentence })

const damaged = 'The file is damaged. Please copy it again from where it came from.'
const partMissing = 'Part of the image is missing. Please try to copy it again; it may still show in part.'
const noStudyNumber = 'The file lacks the number that says which study it belongs to.'
const notShown = 'Most viewers cannot show this image.'
const irregular = 'The file does not follow the standard exactly, but it can be read.'
const numberIrregular = 'A number in the file is written irregularly.'
const spelling = 'The patient’s name may be spelled wrongly because the file does not say how it is written.'
const pdfActive = 'The PDF contains something that acts by itself. The desk checks it before anyone opens it.'
const pdfIrregular = 'The PDF is irregular but opens.'
const identity = 'The name or birth date in the file differs from the case. The desk will look at it.'
const tooMuch = 'The file would need far more memory than a medical record does. It was refused for safety.'

export const verdictTable = {
  EMPTY_FILE: rejected('The file is empty. Copy it again from the disc.'),
  NOT_DICOM_OR_PDF: rejected('This is not a DICOM or PDF file. It was refused.'),
  DICOM_HEADER_ONLY: rejected('The file begins like DICOM but holds no study data.'),
  DICOM_NO_CONTENT: rejected('The file begins like DICOM but holds no study data.'),
  DICOM_DIRECTORY: rejected(
    'This is the disc’s own list of its files, not a record. What it lists is compared with what came.',
  ),
  DICOM_LIMIT_INFLATE: rejected(tooMuch),
  DICOM_LIMIT_ELEMENTS: rejected(tooMuch),
  DICOM_LIMIT_DEPTH: rejected(tooMuch),
  DICOM_PDF_PAYLOAD_FALSE: rejected('The file says it contains a PDF, but it does not.'),
  PDF_UNREADABLE: rejected('No reader could open this PDF. Please export or scan it again.'),
  PICTURE_UNREADABLE: rejected('No reader could open this picture. Please take or export it again.'),
  ARCHIVE_PASSWORD: rejected('The archive is locked with a password. Please send it unlocked.'),
  ARCHIVE_UNREADABLE: rejected(
    'The archive cannot be opened. Please pack it again, or send the files themselves.',
  ),
  ARCHIVE_DEEP: rejected(
    'The archive lies too deep inside other archives. Please unpack it and send the files.',
  ),
  ARCHIVE_UNSUPPORTED: rejected(
    'Archives of this kind cannot be opened here. Please send the files themselves, or a ZIP.',
  ),
  DISC_IMAGE_UNSUPPORTED: rejected(
    'This disc image cannot be opened here. Please send the folder of the disc itself.',
  ),
  OFFICE_DOCUMENT: rejected('This is an office document. Please save it as a PDF and send that.'),
  TEXT_FILE: rejected(
    'This is plain text or a web page. If it matters, please print it to a PDF and send that.',
  ),
  VIDEO_OR_SOUND: rejected('This is a video or sound recording. Please ask the hospital for it as DICOM.'),
  PICTURE_UNSUPPORTED: rejected(
    'Pictures of this kind cannot be shown here. Please send it as JPEG, PNG or PDF.',
  ),
  LEFT_OUT_PROGRAM: rejected('This is a program, or a part of one, not a record. It was left out.'),
  LEFT_OUT_SYSTEM: rejected(
    'This file belongs to a disc or a computer, not to the records. It was left out.',
  ),
  PDF_NO_PAGES: rejected('The PDF has no pages.'),
  DUPLICATE: rejected('The same file is already in this case. One copy is kept.'),

  MALWARE_FOUND: quarantined('The virus scanner recognised this file. Nobody can open it.'),
  SCAN_LIMIT: quarantined('The file was too large or too deeply packed to be checked completely.'),
  CHECK_UNAVAILABLE: quarantined('A safety check could not run. The file waits until a person has looked.'),
  PREAMBLE_EXECUTABLE: quarantined(
    'The file is at the same time a program or a web page. The image may be real; that part never goes out.',
  ),
  DICOM_TRUNCATED: quarantined(partMissing),
  PIXELS_TRUNCATED: quarantined(partMissing),
  PIXELS_DAMAGED: quarantined(partMissing),
  PIXELS_SHORT: quarantined(partMissing),
  FRAGMENTS_LT_FRAMES: quarantined(partMissing),
  DICOM_DAMAGED: quarantined(damaged),
  VALUE_PAST_END: quarantined(damaged),
  BAD_ITEM_TAG: quarantined(damaged),
  INFLATE_ERROR: quarantined(damaged),
  PARSER_STOPPED: quarantined(damaged),
  DICOM_DEEP: quarantined('The file is built in an unusual way which viewers may not follow.'),
  DICOM_TRAILING_DATA: quarantined('Other data follows the image in this file.'),
  NO_SOP_CLASS: quarantined(noStudyNumber),
  NO_SOP_INSTANCE: quarantined(noStudyNumber),
  NO_STUDY_UID: quarantined(noStudyNumber),
  NO_SERIES_UID: quarantined(noStudyNumber),
  NO_PIXELS: quarantined(notShown),
  BAD_ROWS: quarantined(notShown),
  UNKNOWN_TRANSFER_SYNTAX: quarantined(notShown),
  UID_COLLISION: quarantined('A file with the same number but other content is already in this case.'),
  PDF_PASSWORD: quarantined('The PDF is locked with a password. Please send an unlocked copy.'),
  PDF_DAMAGED: quarantined('The PDF is damaged. It may still open in part; please export or scan it again.'),
  PDF_ACTIVE_JS: quarantined(pdfActive),
  PDF_ACTIVE_LAUNCH: quarantined(pdfActive),
  PDF_ACTIVE_SUBMIT: quarantined(pdfActive),
  PDF_ACTIVE_REMOTE: quarantined(pdfActive),
  PDF_ACTIVE_MEDIA: quarantined(pdfActive),
  PDF_ATTACHMENTS: quarantined('Other files are attached inside the PDF. The desk checks them first.'),
  PDF_PORTFOLIO: quarantined('The PDF is a folder of other files. The desk checks them first.'),
  PDF_LIMIT: quarantined('The PDF took too long or too much memory to open.'),
  PICTURE_DAMAGED: quarantined('Part of the picture is missing or damaged. Please take or export it again.'),
  PICTURE_LIMIT: quarantined(
    'The picture is too large, or took too long to open, to be made safe. Please send it smaller.',
  ),
  ARCHIVE_DAMAGED: quarantined(
    'The archive is damaged. What could be read of it was taken; the rest is missing.',
  ),
  ARCHIVE_LIMIT: quarantined('The archive holds more than can be opened safely. The desk will look at it.'),
  IDENTITY_BIRTHDATE_CLOSE: quarantined(identity),
  IDENTITY_BIRTHDATE_MISMATCH: quarantined(identity),
  IDENTITY_NAME_MISMATCH: quarantined(identity),
  IDENTITY_OTHER_PATIENT: quarantined('The file seems to be of another person. The desk will look at it.'),
  IDENTITY_ID_CONFLICT: quarantined(identity),
  IDENTITY_SEX_MISMATCH: quarantined(identity),
  IDENTITY_ABSENT: quarantined('The file does not say whose it is. The desk will look at it.'),
  BATCH_MIXED_PATIENTS: quarantined('Files of more than one person came together. The desk will look.'),

  NO_PREAMBLE: warning(irregular),
  NO_META_HEADER_GUESSED: warning(irregular),
  TS_MISMATCH: warning(irregular),
  BAD_VR: warning(irregular),
  TAGS_OUT_OF_ORDER: warning(irregular),
  UID_MISMATCH: warning(numberIrregular),
  UID_MALFORMED: warning(numberIrregular),
  CHARSET_UNDECLARED: warning(spelling),
  CHARSET_INVALID: warning(spelling),
  CHARSET_UNKNOWN: warning(spelling),
  CHARSET_PROBABLY_UTF8: warning(spelling),
  PREAMBLE_NONZERO: warning(irregular),
  PDF_IRREGULAR: warning(pdfIrregular),
  PDF_XFA: warning('The PDF holds a form whose entries may not show.'),
  PDF_OWNER_RESTRICTED: warning(pdfIrregular),
  PDF_LEADING_DATA: warning(pdfIrregular),
  ENCAPSULATED_PDF: warning('The file contains a PDF.'),
  IDENTITY_NAME_VARIANT: warning('The name is written differently from the case.'),
  IDENTITY_NO_BIRTHDATE: warning('There is no birth date to compare.'),
  PDF_IDENTITY_UNVERIFIED: warning('The PDF does not say, in a way we can read, whose it is.'),
  PICTURE_IDENTITY_UNVERIFIED: warning('A picture does not say, in a way we can read, whose it is.'),

  ARCHIVE_OPENED: accepted('The archive was opened, and every file in it was taken by itself.'),
  LOCATION_REMOVED: accepted('The place and device the picture was taken with are not shown to anybody.'),
  IDENTITY_MATCH: accepted('The name and birth date are those of the case.'),
  PREAMBLE_TIFF: accepted('The file can also be opened as a TIFF picture.'),
  PDF_URI: accepted('The PDF contains links.'),
} as const satisfies Record<string, Rule>

export type VerdictCode = keyof typeof verdictTable

const order: readonly Outcome[] = ['accepted', 'accepted_with_warnings', 'quarantined', 'rejected']

/** The state a file goes to when these codes were found; no code at all is a clean file. */
export const worstOutcome = (codes: readonly VerdictCode[]): Outcome =>
  codes.reduce<Outcome>((worst, code) => {
    const { outcome } = verdictTable[code]
    return order.indexOf(outcome) > order.indexOf(worst) ? outcome : worst
  }, 'accepted')

/** True of a sound file, and nothing its sender would want to be told. */
const unsaid: ReadonlySet<VerdictCode> = new Set(['IDENTITY_MATCH', 'PREAMBLE_TIFF', 'PDF_URI'])

/** The sentence of the code that decided, for the sender; null for a clean file. */
export const verdictSentence = (codes: readonly VerdictCode[]): string | null => {
  const worst = worstOutcome(codes)
  const deciding = codes.find((code) => verdictTable[code].outcome === worst && !unsaid.has(code))
  return deciding === undefined ? null : verdictTable[deciding].sentence
}

/** The codes, what decided first and what nobody wants to be told last. */
export const decidingFirst = (codes: readonly VerdictCode[]): VerdictCode[] => {
  const weightOf = (code: VerdictCode): number =>
    unsaid.has(code) ? -1 : order.indexOf(verdictTable[code].outcome)
  return codes.toSorted((one, other) => weightOf(other) - weightOf(one))
}

/** True for text that names a code of the table. */
export const isVerdictCode = (text: string): text is VerdictCode => Object.hasOwn(verdictTable, text)
