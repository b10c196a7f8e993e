/**
 * Active table: the names by which a PDF says that it does something by itself or carries something along (ISO 32000-2
 * §12.6, §7.11.4), each with its code. The walk over objects asks where a name stands; the search of bytes cannot.
 */
import type { VerdictCode } from '#domain/verdict.ts'

/** Values of `/S` of an action. */
export const activeActions: readonly (readonly [string, VerdictCode])[] = [
  ['JavaScript', 'PDF_ACTIVE_JS'],
  ['Launch', 'PDF_ACTIVE_LAUNCH'],
  ['SubmitForm', 'PDF_ACTIVE_SUBMIT'],
  ['ImportData', 'PDF_ACTIVE_SUBMIT'],
  ['GoToR', 'PDF_ACTIVE_REMOTE'],
  ['GoToE', 'PDF_ACTIVE_REMOTE'],
  ['Rendition', 'PDF_ACTIVE_MEDIA'],
  ['RichMediaExecute', 'PDF_ACTIVE_MEDIA'],
  ['Sound', 'PDF_ACTIVE_MEDIA'],
  ['Movie', 'PDF_ACTIVE_MEDIA'],
  ['URI', 'PDF_URI'],
]

/** Values of `/Type` and `/Subtype`. */
export const activeTypes: readonly (readonly [string, VerdictCode])[] = [
  ['EmbeddedFile', 'PDF_ATTACHMENTS'],
  ['FileAttachment', 'PDF_ATTACHMENTS'],
  ['RichMedia', 'PDF_ACTIVE_MEDIA'],
  ['Movie', 'PDF_ACTIVE_MEDIA'],
  ['3D', 'PDF_ACTIVE_MEDIA'],
]

/** Keys of a dictionary whose being there is enough. */
export const activeKeys: readonly (readonly [string, VerdictCode])[] = [
  ['JavaScript', 'PDF_ACTIVE_JS'],
  ['RichMedia', 'PDF_ACTIVE_MEDIA'],
  ['RichMediaContent', 'PDF_ACTIVE_MEDIA'],
  ['XFA', 'PDF_XFA'],
]
