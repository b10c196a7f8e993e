/** What a sender agrees to, in Marathi. A text that has been shown is never edited: other words are another version. */
import type { ConsentTexts } from '#domain/consent.ts'

export const consent = {
  '2026-11': {
    own: 'मी संमती देतो/देते की {desk} मी पाठवलेले रेकॉर्ड स्वीकारेल, तपासेल आणि माझ्याबद्दल दुसरे मत विचारलेल्या तज्ज्ञांनाच दाखवेल, इतर कोणालाही नाही. ही संमती मी याच लिंकवरून कधीही मागे घेऊ शकतो/शकते; त्यानंतर ते कोणीही वाचणार नाही.',
    others:
      'रुग्णाला, किंवा रुग्णाच्या वतीने निर्णय घेऊ शकणाऱ्या व्यक्तीला, हे रेकॉर्ड दुसऱ्या मतासाठी {desk} कडे जात आहेत हे माहीत आहे आणि त्यांची संमती आहे. ही संमती याच लिंकवरून कधीही मागे घेता येते; त्यानंतर रेकॉर्ड कोणीही वाचणार नाही.',
  },
} as const satisfies ConsentTexts
