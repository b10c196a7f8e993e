/** Pictures: which may show a name as part of the picture, which no table takes out, and how long one is. */

const storage = '1.2.840.10008.5.1.4.1.1.'

/** Ultrasound, secondary captures, fluoroscopy, photographs and other visible light. */
const tellingClasses = /^(3(\.1)?|6(\.[123])?|7(\..*)?|12\.2(\..*)?|77\.1\..*)$/

const tellingModalities: ReadonlySet<string> = new Set(
  'DG DOC ECG ES GM HC IVUS OT PX RF SC SM SR US XC'.split(' '),
)

/** Image Type (0008,0008) of what was taken from a screen: dose sheets, protocols, prints. */
const tellingTypes = /SCREEN|CAPTURE|PASTE|DOSE|PROTOCOL|REPORT|HARDCOPY|PRINT/

/** Values of each attribute, mostly one; `burned` is Burned In Annotation (0028,0301). */
export type PictureSigns = {
  readonly sopClass: string
  readonly modalities: readonly string[]
  readonly types: readonly string[]
  readonly burned: readonly string[]
}

/** True unless everything an image says of itself is against text in it. */
export const isTelling = ({ sopClass, modalities, types, burned }: PictureSigns): boolean =>
  tellingClasses.test(sopClass.slice(storage.length)) ||
  modalities.some((modality) => tellingModalities.has(modality.trim())) ||
  types.some((type) => tellingTypes.test(type.toUpperCase())) ||
  burned.some((value) => value !== 'NO')

/** Bytes of pixels that are not compressed, padded to an even length (PS3.5 §8.1.1). */
export const pictureBytes = (numbers: {
  readonly rows: number
  readonly columns: number
  readonly samples: number
  readonly bits: number
  readonly frames: number
}): number => {
  const { rows, columns, samples, bits, frames } = numbers
  const bytes = Math.ceil((rows * columns * samples * bits * frames) / 8)
  return bytes + (bytes % 2)
}
