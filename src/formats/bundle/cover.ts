/**
 * README.TXT: the first page of a bundle for a person with nothing but a text editor. Plain ASCII with CRLF. It
 * says what is there and how to look at and check it, and holds no time of making.
 */
import type { CaseId, CopyId } from '#domain/id.ts'
import { aboutDeidentified, type Deidentified } from './deidentified.ts'
import type { FileSet } from './file-set.ts'

/** Who hands a bundle out, and of what. `keys` is the address of the public keys (JWK Set) that sign manifests. */
export type Cover = {
  /** Of a de-identified copy its own number: the case's would tell whose it is. */
  readonly case: CaseId | CopyId
  readonly revision: number
  readonly institution: string
  readonly contact: string
  readonly software: string
  readonly keys: string
  readonly deidentified?: Deidentified
}

/** Accents fall off, whatever else is not printable ASCII becomes `?`, and it stays one line. */
const ascii = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/\s+/gu, ' ')
    .replace(/[^ -~]/gu, '?')
    .trim()

/** "1 study", "2 studies". */
export const count = (things: number, one: string, many: string): string =>
  `${things} ${things === 1 ? one : many}`

const explicitLittle = '1.2.840.10008.1.2.1'

/** True when the images keep the general application profile (PS3.11 Annex L), which asks for one transfer syntax. */
const isGeneral = (set: FileSet): boolean =>
  set.patients.every(({ studies }) =>
    studies.every(({ series }) =>
      series.every(({ files }) => files.every(({ item }) => item.instance.transferSyntax === explicitLittle)),
    ),
  )

const aboutDirectory = (set: FileSet, unnamed: number): string[] => [
  '  DICOMDIR      the directory of the images, for programs that import them;',
  ...(isGeneral(set)
    ? ['                profile STD-GEN-ZIP-MAIL']
    : [
        '                like profile STD-GEN-USB-J2K, but with the transfer syntaxes',
        '                in which the images came',
      ]),
  ...(unnamed === 0
    ? []
    : [
        `                It does not name ${count(unnamed, 'file', 'files')} of the folder DICOM: no`,
        '                directory may name a file without a header, or one object',
        '                twice. Open these from the folder.',
      ]),
]

const aboutDocuments = [
  '                IHE_XDM has documents and METADATA.XML, their list for',
  '                programs (IHE XDM); OTHER has the other files',
]

/** README.TXT of a case's bundle; `unnamed` files of DICOM are not in its DICOMDIR. */
export const writeReadme = (cover: Cover, set: FileSet, unnamed: number): Buffer => {
  const studies = set.patients.flatMap((patient) => patient.studies)
  const files = studies.flatMap(({ series }) => series).reduce((sum, series) => sum + series.files.length, 0)
  const lines = [
    'MEDICAL RECORDS FOR A SECOND OPINION',
    '',
    `Handed out by: ${ascii(cover.institution)}`,
    `Contact:       ${ascii(cover.contact)}`,
    `Made with:     ${ascii(cover.software)}`,
    `${cover.deidentified === undefined ? 'Case:' : 'Copy:'}          ${cover.case}`,
    `Revision:      ${cover.revision}`,
    '',
    'CONFIDENTIAL. These are health records of a person. If they are not meant',
    'for you, please tell the contact above and delete them.',
    '',
    'CAUTION: not for primary diagnosis. Images are as they were received and',
    'may have lost detail before. A finding needs a display and a program that',
    'are approved for the purpose.',
    '',
    ...(cover.deidentified === undefined ? [] : aboutDeidentified(cover.deidentified)),
    'WHAT IS HERE',
    `  DICOM         ${count(files, 'file', 'files')} of ${count(studies.length, 'study', 'studies')}`,
    ...(files > unnamed ? aboutDirectory(set, unnamed) : []),
    `  Documents     ${count(set.documents.length, 'document', 'documents')}`,
    ...(set.documents.length === 0 ? [] : aboutDocuments),
    '  INDEX.HTM     a list of everything, for a web browser (IHE PDI); in Hindi',
    '                and Marathi: IHE_PDI/HINDI.HTM, IHE_PDI/MARATHI.HTM',
    '  MANIFEST.JSN  a list of every file with its SHA-256 digest',
    '  MANIFEST.JWS  the same list, signed',
    '',
    'HOW TO LOOK AT IT',
    '  Unpack the whole archive first. Then open INDEX.HTM in any web browser.',
    '  For the images, open the folder DICOM with a DICOM viewer, or let it',
    '  import DICOMDIR. Nothing but a viewer of your own is needed for it.',
    '  No viewer program is included. Nothing here has to be run, and nothing',
    '  starts by itself.',
    '',
    'HOW TO CHECK IT',
    '  1. Make the SHA-256 digest of a file, for example of INDEX.HTM:',
    '       Windows  certutil -hashfile INDEX.HTM SHA256',
    '       macOS    shasum -a 256 INDEX.HTM',
    '       Linux    sha256sum INDEX.HTM',
    '     It must be the "sha256" that MANIFEST.JSN gives for that path. Where it',
    '     gives an "original" too, that file was changed on its way out, and only',
    '     there: what could act on a computer, or tell where a picture was taken,',
    '     is blanked. The other digest is of the file as it was sent.',
    '  2. MANIFEST.JWS is a JSON Web Signature (RFC 7515, compact form). Its',
    '     second part, decoded from base64url, is MANIFEST.JSN byte for byte.',
    '     Check it with any JWS program and the public keys at',
    `       ${ascii(cover.keys)}`,
    '  3. Whoever has this software checks all of it with one command, offline:',
    '       ./scripts/verify BUNDLE.zip --keys KEYS.json',
    '',
  ]
  return Buffer.from(lines.join('\r\n'), 'latin1')
}
