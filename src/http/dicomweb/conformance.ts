/** The DICOM conformance statement, for whoever connects a viewer or a PACS: no secret, and no token needed. */
import type { Handler } from '#http/route.ts'
import { mostResults } from './read-query.ts'

const text = `Second Read: DICOM conformance statement (DICOMweb, PS3.18)

Roles
  Origin server of STOW-RS at /dicomweb, with a sender's session.
  Origin server of QIDO-RS and WADO-RS at /dicomweb/cases/{case}, with a reader's token for that case.
  Everything is on TLS in front of us; each request is authorised by itself, each read is in the audit.

Search (QIDO-RS)
  studies, series, instances; below a study: series, instances; below a series: instances.
  Matched: StudyDate, StudyTime, AccessionNumber, ModalitiesInStudy, SOPClassesInStudy, ReferringPhysicianName,
    StudyDescription, PatientName, PatientID, IssuerOfPatientID, PatientBirthDate, PatientSex, StudyInstanceUID, StudyID;
    Modality, SeriesInstanceUID, SeriesNumber, SeriesDescription, InstitutionName, BodyPartExamined, Laterality,
    PerformedProcedureStepStartDate and -Time, RequestAttributesSequence.ScheduledProcedureStepID and
    .RequestedProcedureID; SOPClassUID, SOPInstanceUID, InstanceNumber. By tag or keyword.
  Single values, lists of UIDs and of codes (comma or backslash), * and ? in text, ranges of dates and times. Names match
  whatever their case. No fuzzy matching. Other attributes are ignored, and a Warning says so.
  includefield: tags, keywords, all; what the index has (the capabilities of a case list no more than these).
  limit and offset; at most ${mostResults} results at once, and a Warning when there are more. 204 for none.
  Answers: application/dicom+json (application/json is the same). No XML: 406.

Retrieve (WADO-RS)
  Study, series, instance: multipart/related; type="application/dicom"; one instance also as application/dicom, by range.
  Objects leave as they are stored, byte for byte; nothing is transcoded. Without transfer-syntax, or with *, any; with
  another one than stored 406, which names what is there. One thing is changed: a preamble (the first 128 bytes) that is
  not zero leaves as zeros, unless it is that of a TIFF.
  Metadata: application/dicom+json of every attribute up to the pixels, UTF-8 (ISO_IR 192), values over 1024 bytes and pixels as
  BulkDataURI; gzip when asked for. An object with a deflated data set of more than 64 MiB is told by its UIDs alone.
  Frames: as stored. Native ones little-endian (1.2.840.10008.1.2.1); encapsulated ones joined from their fragments, under
  the media type of their transfer syntax, or as application/octet-stream; transfer-syntax=*. Frames of a video, and
  frames of single bits that do not begin on a byte, cannot be had apart: 406.
  Bulkdata: below an instance, as its metadata says.
  Rendered: of an instance, a frame, or the instance in the middle of a series or study. image/png of native frames of 8 and
  16 bits, MONOCHROME1 and 2, RGB and YBR_FULL, by window=, the window of the file, or the whole span; viewport=width,height;
  image/jpeg of JPEG Baseline as it is stored; application/pdf of an encapsulated PDF. Anything else 406. No annotation, no
  quality, no GIF, no video.
  Thumbnail: the same, 256 pixels at most, image/png. A plain sheet where a name may be written into the picture: unless
  Burned In Annotation is NO, for everything but CT, CR, DX, MG, MR, NM and PT that are no secondary captures.
  Pixeldata, workitems, non-patient instances: not here (404).

What is answered
  Instances that passed every check or were released by a person, of the case alone. When instances of a study wait for a
  person, retrieval of that study says so in a Warning (299). Objects of any Storage SOP class and any transfer syntax of
  PS3.6 are kept; an object whose UIDs are no UIDs is found by search and in the bundle, not by an address of its own.

Status codes
  200, 204, 206 and 304 (one instance), 400 malformed, 401 with WWW-Authenticate, 403 token without the scope, 404 not
  there or not of this case, 406 with what is available, 410 case closed, 5xx with Retry-After where waiting helps. A body
  that cannot be finished ends with a closed connection, never with a shorter answer.

Character sets
  Single-byte sets of PS3.3 C.12.1.1.2, the code extensions of ISO 2022 for Japanese, Korean and Chinese, GB18030, GBK,
  UTF-8. What is declared wrongly is read by its bytes where they say more.
`

/** `GET /dicomweb/conformance`. */
export const conformance: Handler<'conformance'> = ({ req, res }) => {
  const body = Buffer.from(text)
  res.status(200).setHeader('Content-Type', 'text/plain; charset=utf-8')
  res.setHeader('Content-Length', body.length)
  res.end(req.method === 'HEAD' ? undefined : body)
  return null
}
