/**
 * Where a reader's link leads in a browser. The secret stands after the `#` and never reaches us with this request, so
 * looking spends nothing. Without its script the page says so: images cannot be shown without one.
 */
import type { Language } from '#domain/language.ts'
import type { CommonNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import { sendShell, shellOf } from './shell.ts'

type ReadWords = {
  readonly here: string
  readonly without: string
  readonly notBuilt: string
}

const words: Readonly<Record<Language, ReadWords>> = {
  en: {
    here: 'Here you read the records of one patient for a second opinion. The page opens in a moment.',
    without:
      'This page needs JavaScript. Please switch it on, or ask the desk for access with your own viewer.',
    notBuilt: 'This page is not ready. Please tell the desk that invited you.',
  },
  hi: {
    here: 'यहाँ आप दूसरी राय के लिए एक मरीज़ के रिकॉर्ड पढ़ते हैं। पेज अभी खुलेगा।',
    without: 'इस पेज के लिए JavaScript चाहिए। कृपया उसे चालू करें, या डेस्क से अपने व्यूअर के लिए पहुँच माँगें।',
    notBuilt: 'यह पेज तैयार नहीं है। कृपया आपको बुलाने वाले डेस्क को बताएँ।',
  },
  mr: {
    here: 'येथे तुम्ही दुसऱ्या मतासाठी एका रुग्णाचे रेकॉर्ड वाचता. पान लगेच उघडेल.',
    without: 'या पानासाठी JavaScript लागते. कृपया ते सुरू करा, किंवा तुमच्या व्ह्यूअरसाठी डेस्ककडे प्रवेश मागा.',
    notBuilt: 'हे पान तयार नाही. कृपया तुम्हाला बोलावलेल्या डेस्कला सांगा.',
  },
}

/** `GET /read`. */
export const readPage = ({
  institution,
  contact,
  pages,
  scans = false,
}: CommonNeeds): Handler<'readPage'> => {
  const parts = pages.partsOf('read')
  const page = shellOf({
    parts,
    title: 'Read records',
    institution,
    scans,
    facts: { contact },
    section: (language) => {
      const { here, without, notBuilt } = words[language]
      return `<p>${here}</p>
${parts === null ? `<p>${notBuilt}</p>` : `<noscript><p>${without}</p></noscript>`}`
    },
  })
  return ({ res }) => {
    sendShell(res, page, true)
    return null
  }
}
