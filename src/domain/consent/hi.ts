/** What a sender agrees to, in Hindi. A text that has been shown is never edited: other words are another version. */
import type { ConsentTexts } from '#domain/consent.ts'

export const consent = {
  '2026-11': {
    own: 'मैं सहमत हूँ कि {desk} मेरे भेजे हुए रिकॉर्ड ले, उनकी जाँच करे और उन्हें केवल उन विशेषज्ञों को दिखाए जिनसे मेरे बारे में दूसरी राय माँगी गई है, और किसी को नहीं। मैं यह सहमति इसी लिंक से कभी भी वापस ले सकता/सकती हूँ; तब उन्हें कोई नहीं पढ़ेगा।',
    others:
      'मरीज़ को, या जो मरीज़ की ओर से निर्णय ले सकता है उसे, पता है कि ये रिकॉर्ड दूसरी राय के लिए {desk} को भेजे जा रहे हैं, और वे सहमत हैं। यह सहमति इसी लिंक से कभी भी वापस ली जा सकती है; तब रिकॉर्ड कोई नहीं पढ़ेगा।',
  },
} as const satisfies ConsentTexts
