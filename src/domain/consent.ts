/**
 * Consent: what a sender agrees to before a byte is sent. A text that has been shown is never edited: other words are
 * another version, and what was agreed to is kept as version, language and digest of the words. Drafts until a native
 * reader and a lawyer of the house have looked at them.
 */
import type { Language } from './language.ts'
import type { SenderRole } from './link.ts'

/** The patient agrees; everyone else says that they may. */
export type ConsentKind = 'own' | 'others'

export const consentKindOf = (role: SenderRole): ConsentKind => (role === 'patient' ? 'own' : 'others')

export type ConsentText = Readonly<Record<ConsentKind, Readonly<Record<Language, string>>>>

/** Every version that was ever shown, oldest first. `{desk}` is the name of the desk. */
export const consentTexts = {
  '2026-11': {
    own: {
      en: 'I agree that {desk} receives the records I send, checks them, and shows them to the specialists asked for a second opinion about me, and to nobody else. I can withdraw this at any time over the same link; then nobody reads them any more.',
      hi: 'मैं सहमत हूँ कि {desk} मेरे भेजे हुए रिकॉर्ड ले, उनकी जाँच करे और उन्हें केवल उन विशेषज्ञों को दिखाए जिनसे मेरे बारे में दूसरी राय माँगी गई है, और किसी को नहीं। मैं यह सहमति इसी लिंक से कभी भी वापस ले सकता/सकती हूँ; तब उन्हें कोई नहीं पढ़ेगा।',
      mr: 'मी संमती देतो/देते की {desk} मी पाठवलेले रेकॉर्ड स्वीकारेल, तपासेल आणि माझ्याबद्दल दुसरे मत विचारलेल्या तज्ज्ञांनाच दाखवेल, इतर कोणालाही नाही. ही संमती मी याच लिंकवरून कधीही मागे घेऊ शकतो/शकते; त्यानंतर ते कोणीही वाचणार नाही.',
    },
    others: {
      en: 'The patient, or the person who may decide for the patient, knows that these records go to {desk} for a second opinion and agrees. The agreement can be withdrawn at any time over the same link; then nobody reads the records any more.',
      hi: 'मरीज़ को, या जो मरीज़ की ओर से निर्णय ले सकता है उसे, पता है कि ये रिकॉर्ड दूसरी राय के लिए {desk} को भेजे जा रहे हैं, और वे सहमत हैं। यह सहमति इसी लिंक से कभी भी वापस ली जा सकती है; तब रिकॉर्ड कोई नहीं पढ़ेगा।',
      mr: 'रुग्णाला, किंवा रुग्णाच्या वतीने निर्णय घेऊ शकणाऱ्या व्यक्तीला, हे रेकॉर्ड दुसऱ्या मतासाठी {desk} कडे जात आहेत हे माहीत आहे आणि त्यांची संमती आहे. ही संमती याच लिंकवरून कधीही मागे घेता येते; त्यानंतर रेकॉर्ड कोणीही वाचणार नाही.',
    },
  },
} as const satisfies Record<string, ConsentText>

export type ConsentVersion = keyof typeof consentTexts

/** What is shown today. */
export const currentConsent: ConsentVersion = '2026-11'

/** The exact words a person agrees to. What is kept of a consent is a digest of them. */
export const consentWords = (
  version: ConsentVersion,
  kind: ConsentKind,
  language: Language,
  desk: string,
): string => consentTexts[version][kind][language].replaceAll('{desk}', () => desk)

/** A consent as it was given. It stands until it is withdrawn. */
export type Consent = {
  readonly version: string
  readonly kind: ConsentKind
  readonly language: Language
  readonly givenAt: Date
  readonly withdrawnAt: Date | null
}

/** True for a version that was ever shown. */
export const isConsentVersion = (text: string): text is ConsentVersion => Object.hasOwn(consentTexts, text)
