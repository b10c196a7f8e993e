/** Words of the index page in the three languages it is written in. Numbers keep their plain digits in all of them. */
import type { Language } from '#domain/language.ts'
import { type Html, html } from './html.ts'

/** `c…` count things: 0 and many are alike, 1 is apart. */
export type IndexWords = {
  readonly lang: Language
  /** The file below `IHE_PDI`, or at the root for English. */
  readonly path: string
  readonly title: string
  readonly from: string
  readonly caseWord: string
  readonly revision: string
  readonly caution: string
  /** How to look: with links to README.TXT and the names of folder and directory put in. */
  readonly look: (readme: Html) => Html
  readonly documents: string
  readonly images: string
  readonly none: string
  readonly noName: string
  readonly number: string
  readonly noNumber: string
  readonly noDate: string
  readonly noStudy: string
  readonly noSeries: string
  readonly study: string
  readonly inFolder: (path: string) => Html
  readonly cSeries: (count: number) => string
  readonly cFiles: (count: number) => string
  readonly cPages: (count: number) => string
  readonly bytes: string
  /** Beside one file, beside several, and above all of them. */
  readonly changedOne: string
  readonly changedSome: (count: number) => string
  readonly changedAll: (count: number) => Html
}

const english: IndexWords = {
  lang: 'en',
  path: 'INDEX.HTM',
  title: 'Medical records for a second opinion',
  from: 'From',
  caseWord: 'Case',
  revision: 'revision',
  caution: 'Not for primary diagnosis. Confidential.',
  look: (
    readme,
  ) => html`No viewer program is included: open the folder <code>DICOM</code> with a DICOM viewer, or let
it import <code>DICOMDIR</code>. ${readme} says how to check every file.`,
  documents: 'Documents',
  images: 'Images',
  none: 'None.',
  noName: 'No name',
  number: 'Patient number',
  noNumber: 'none',
  noDate: 'No date',
  noStudy: 'Study without description',
  noSeries: 'no description',
  study: 'Study',
  inFolder: (path) => html`in <code>${path}</code>`,
  cSeries: (count) => `${count} series`,
  cFiles: (count) => `${count} ${count === 1 ? 'file' : 'files'}`,
  cPages: (count) => `${count} ${count === 1 ? 'page' : 'pages'}`,
  bytes: 'bytes',
  changedOne: 'changed on its way out',
  changedSome: (count) => `${count} changed on the way out`,
  changedAll: (
    count,
  ) => html`${count === 1 ? '1 file was' : `${count} files were`} changed on the way out, and only
there: what could act on a computer, or tell where a picture was taken, is blanked. The sender’s digest stands in
<code>MANIFEST.JSN</code> under <code>original</code>.`,
}

const hindi: IndexWords = {
  lang: 'hi',
  path: 'IHE_PDI/HINDI.HTM',
  title: 'दूसरी राय के लिए चिकित्सा अभिलेख',
  from: 'भेजने वाला अस्पताल:',
  caseWord: 'मामला',
  revision: 'संस्करण',
  caution: 'प्राथमिक निदान के लिए नहीं। गोपनीय।',
  look: (readme) => html`इसमें चित्र देखने का कोई प्रोग्राम नहीं है: <code>DICOM</code> फ़ोल्डर को किसी DICOM
व्यूअर से खोलें, या उसमें <code>DICOMDIR</code> आयात करें। हर फ़ाइल कैसे जाँचें, यह ${readme} में (अंग्रेज़ी में) लिखा है।`,
  documents: 'दस्तावेज़',
  images: 'चित्र',
  none: 'कोई नहीं।',
  noName: 'नाम नहीं दिया गया',
  number: 'रोगी संख्या',
  noNumber: 'नहीं है',
  noDate: 'तारीख नहीं',
  noStudy: 'बिना विवरण की जाँच',
  noSeries: 'विवरण नहीं',
  study: 'जाँच',
  inFolder: (path) => html`<code>${path}</code> में`,
  cSeries: (count) => `${count} शृंखला${count === 1 ? '' : 'एँ'}`,
  cFiles: (count) => `${count} फ़ाइल${count === 1 ? '' : 'ें'}`,
  cPages: (count) => `${count} पृष्ठ`,
  bytes: 'बाइट',
  changedOne: 'भेजते समय बदली गई',
  changedSome: (count) => `${count} भेजते समय बदली गईं`,
  changedAll: (count) => html`भेजते समय बदली गई फ़ाइलें: ${count}। जो हिस्सा कंप्यूटर पर कुछ कर सकता था, या बताता था
कि चित्र कहाँ लिया गया, उसे केवल इस प्रति में मिटाया गया है। भेजने वाले की फ़ाइल का SHA-256 <code>MANIFEST.JSN</code> में
<code>original</code> के अंतर्गत है।`,
}

const marathi: IndexWords = {
  lang: 'mr',
  path: 'IHE_PDI/MARATHI.HTM',
  title: 'दुसऱ्या वैद्यकीय मतासाठी नोंदी',
  from: 'पाठवणारे रुग्णालय:',
  caseWord: 'प्रकरण',
  revision: 'आवृत्ती',
  caution: 'प्राथमिक निदानासाठी नाही. गोपनीय.',
  look: (readme) => html`यात प्रतिमा पाहण्याचा कोणताही प्रोग्राम नाही: <code>DICOM</code> फोल्डर DICOM व्ह्यूअरने
उघडा, किंवा त्यात <code>DICOMDIR</code> आयात करा. प्रत्येक फाइल कशी तपासावी हे ${readme} मध्ये (इंग्रजीत) दिले आहे.`,
  documents: 'कागदपत्रे',
  images: 'प्रतिमा',
  none: 'काहीही नाही.',
  noName: 'नाव दिलेले नाही',
  number: 'रुग्ण क्रमांक',
  noNumber: 'नाही',
  noDate: 'तारीख नाही',
  noStudy: 'वर्णन नसलेली तपासणी',
  noSeries: 'वर्णन नाही',
  study: 'तपासणी',
  inFolder: (path) => html`<code>${path}</code> मध्ये`,
  cSeries: (count) => `${count} मालिका`,
  cFiles: (count) => `${count} ${count === 1 ? 'फाइल' : 'फाइल्स'}`,
  cPages: (count) => `${count} ${count === 1 ? 'पान' : 'पाने'}`,
  bytes: 'बाइट',
  changedOne: 'पाठवताना बदललेली',
  changedSome: (count) => `${count} पाठवताना बदललेल्या`,
  changedAll: (
    count,
  ) => html`पाठवताना बदललेल्या फाइल्स: ${count}. जो भाग संगणकावर काही करू शकला असता, किंवा छायाचित्र
कुठे काढले हे सांगत होता, तो फक्त या प्रतीत पुसला आहे. पाठवणाऱ्याच्या फाइलचा SHA-256 <code>MANIFEST.JSN</code> मध्ये
<code>original</code> खाली आहे.`,
}

/** English, which stands at the root, and the others. */
export const indexWords: readonly IndexWords[] = [english, hindi, marathi]
