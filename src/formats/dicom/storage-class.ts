/** Storage classes: which SOP classes promise an image (PS3.4 Table B.5-1, PS3.6 Table A-1). */

const storage = '1.2.840.10008.5.1.4.1.1.'

const images = new RegExp(
  '^(1(\\.[1-3](\\.1)?)?|2(\\.[12])?|3(\\.1)?|4(\\.[134])?|5|6(\\.[123])?|7(\\.[1-4])?|12\\.[1-3](\\.1)?|' +
    '13\\.1\\.[1-5]|14\\.[12]|20|30|66\\.[47]|77\\.1\\.(1|2|3|4|5\\.[1248]|6|7|8)|77\\.1\\.[124]\\.1|128(\\.1)?|130|481\\.1)$',
)

/** The class of a disc's directory file. */
export const directoryClass = '1.2.840.10008.1.3.10'

/** The class of a PDF inside a DICOM object. */
export const encapsulatedPdfClass = '1.2.840.10008.5.1.4.1.1.104.1'

/** True when objects of this class must hold pixels. */
export const isImageClass = (uid: string): boolean =>
  uid.startsWith(storage) && images.test(uid.slice(storage.length))
