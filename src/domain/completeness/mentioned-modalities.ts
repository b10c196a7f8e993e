/**
 * Mentioned modalities: which kinds of images a document speaks of, in English, German, Hindi and Marathi. A hint
 * for a person and no more: a report may speak of an examination that was never made.
 */

/** Kinds of images that people name, each with the modalities (PS3.3 §C.7.3.1.1.1) that are of its kind. */
export const imageKinds = {
  ct: { words: 'a CT', modalities: ['CT'] },
  mr: { words: 'an MRI', modalities: ['MR'] },
  pet: { words: 'a PET', modalities: ['PT'] },
  ultrasound: { words: 'an ultrasound', modalities: ['US', 'IVUS'] },
  xray: { words: 'an X-ray', modalities: ['CR', 'DX', 'RF', 'RG', 'XA', 'PX', 'IO'] },
  mammography: { words: 'a mammography', modalities: ['MG'] },
  scintigraphy: { words: 'a scintigraphy', modalities: ['NM', 'ST'] },
} as const satisfies Readonly<Record<string, { words: string; modalities: readonly string[] }>>

export type ImageKind = keyof typeof imageKinds

const start = '(?<![\\p{L}\\p{M}\\p{N}])'
const end = '(?![\\p{L}\\p{M}\\p{N}])'
const gap = '[\\s.\\-‐-―]*'

/** Abbreviations, in capitals and standing alone: CT in front of five digits is the state. */
const short: Readonly<Record<ImageKind, string>> = {
  ct: `(?:CT|CTA|HRCT|CECT|NCCT|CBCT)${end}(?!\\s+\\d{5})`,
  mr: `(?:MRI|MRT|MRA|MRCP|fMRI)${end}|MR${end}[\\s-]+(?:[Ii]mag|[Ss]can|[Tt]omogr|[Aa]ngio|[Ee]ntero|[Mm]ammo)`,
  pet: `PET${end}`,
  ultrasound: `USG${end}`,
  xray: `CXR${end}`,
  mammography: '(?!)',
  scintigraphy: `SPECT${end}`,
}

/** Words, in any case. Compounds and endings go on behind them. */
const long: Readonly<Record<ImageKind, readonly string[]>> = {
  ct: [
    `${start}cat[\\s-]+scan`,
    `${start}ct[\\s-]+scan`,
    `${start}comput(?:ed|er|erised|erized)[\\s-]*(?:axial[\\s-]*)?tomogra(?:ph|f|m)`,
    `${start}सी${gap}टी(?!\\p{M})`,
    `${start}सिटी${gap}(?:स्कैन|स्कॅन|स्कन)`,
  ],
  mr: [
    `${start}magnetic[\\s-]+resonance`,
    `${start}(?:magnetresonan[zt]|kernspin)`,
    `${start}mri${end}`,
    `${start}एम${gap}आर${gap}(?:आई|आय|टी)`,
  ],
  pet: [
    `${start}pet(?:[\\s/-]+ct)?[\\s-]+scan`,
    `${start}positron(?:[\\s-]+emission|en-?[\\s-]*emission)`,
    `${start}पी${gap}ई${gap}टी`,
  ],
  ultrasound: [
    'ultra[\\s-]?sound',
    'ultraschall',
    'sonogra(?:ph|f|m)',
    'अल्ट्रा[\\s-]?सा(?:उंड|ऊंड|उण्ड)',
    'सोनोग्रा',
  ],
  xray: [
    `${start}x[\\s‐-―-]?rays?${end}`,
    `${start}radiogra(?:ph|m)`,
    'röntgen',
    `${start}roentgen`,
    `एक्स${gap}रे`,
    `${start}क्ष${gap}(?:किरण|रे)`,
  ],
  mammography: ['mammogra(?:ph|f|m)', 'म(?:ै|ॅ)मोग्रा'],
  scintigraphy: [
    's[cz]intigra(?:ph|f|m)',
    `${start}bone[\\s-]+scan`,
    'knochenszinti',
    'बोन[\\s-]?(?:स्कैन|स्कॅन)',
    'सिंटीग्रा',
  ],
}

/** Right before the word, these say that there was none. */
const none = `(?<!(?:${start})(?:[Nn]o|[Ww]ithout|[Kk]ein(?:e[nr]?)?|[Oo]hne)[\\s-]{1,3})`

const patterns = Object.keys(imageKinds).map((name) => {
  const kind = name as ImageKind
  return {
    kind,
    exact: new RegExp(`${none}${start}(?:${short[kind]})`, 'u'),
    loose: new RegExp(`${none}(?:${long[kind].join('|')})`, 'iu'),
  }
})

/** Kinds of images that `text` names, in a fixed order. */
export const mentionedModalities = (text: string): readonly ImageKind[] => {
  const plain = text.normalize('NFC').replace(/[\u200b-\u200d\u00ad]/gu, '')
  return patterns.filter(({ exact, loose }) => exact.test(plain) || loose.test(plain)).map(({ kind }) => kind)
}
