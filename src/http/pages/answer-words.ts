/**
 * What a person reads after the form without JavaScript: what arrived, or why not and what to do now. Every refusal has
 * a sentence and a way on. Drafts until a native reader has looked at them.
 */
import type { FaultCode, FaultFacts } from '#domain/fault.ts'
import type { Language } from '#domain/language.ts'

export type AnswerWords = {
  readonly arrived: string
  /** How many files and how much. */
  readonly counted: (files: number, size: string) => string
  readonly more: (files: number) => string
  readonly file: string
  readonly size: string
  readonly next: string
  readonly checked: string
  readonly receipt: string
  readonly receiptHint: string
  /** Files announced earlier are missing: no receipt yet. */
  readonly unfinished: (files: number) => string
  /** The receipt could not be made. */
  readonly noReceipt: string
  readonly notArrived: string
  readonly back: string
  readonly again: string
  readonly reference: string
}

export const answerWords: Readonly<Record<Language, AnswerWords>> = {
  en: {
    arrived: 'Your records have arrived',
    counted: (files, size) => `${files === 1 ? '1 file' : `${files} files`}, ${size} in all`,
    more: (files) => `and ${files} more`,
    file: 'File',
    size: 'Size',
    next: 'What happens now',
    checked:
      'Every file is now checked. If one cannot be used, the desk that sent you the link will ask you. You need do nothing more. With the same link you can send more records.',
    receipt: 'Receipt',
    receiptHint:
      'This signed text proves what arrived. Keep it: select all of it and copy it into a file or message of your own. It is not shown again.',
    unfinished: (files) =>
      `${files === 1 ? 'One file' : `${files} files`} that this link announced earlier have not arrived, so there is no receipt yet. What arrived today is safe. Open the link where you began, and finish there, or call the desk that sent you the link.`,
    noReceipt:
      'Your files are safe here, but the receipt could not be made. Open the link again later to get it, or call the desk that sent you the link.',
    notArrived: 'Nothing was sent',
    back: 'Use the Back button of your browser: what you wrote is usually still there. Choose the files again.',
    again: 'Open the form again',
    reference: 'If you call the desk, tell them this number:',
  },
  hi: {
    arrived: 'आपके रिकॉर्ड पहुँच गए',
    counted: (files, size) => `${files} ${files === 1 ? 'फ़ाइल' : 'फ़ाइलें'}, कुल ${size}`,
    more: (files) => `और ${files}`,
    file: 'फ़ाइल',
    size: 'आकार',
    next: 'अब क्या होगा',
    checked:
      'अब हर फ़ाइल जाँची जाती है। कोई फ़ाइल काम न आए तो जिस डेस्क ने लिंक भेजा है वह आपसे पूछेगा। आपको और कुछ नहीं करना है। इसी लिंक से आप और रिकॉर्ड भेज सकते हैं।',
    receipt: 'रसीद',
    receiptHint:
      'यह हस्ताक्षरित पाठ बताता है कि क्या पहुँचा। इसे रखें: पूरा चुनकर अपनी किसी फ़ाइल या संदेश में कॉपी कर लें। यह फिर नहीं दिखाया जाएगा।',
    unfinished: (files) =>
      `इस लिंक से पहले बताई गई ${files} ${files === 1 ? 'फ़ाइल' : 'फ़ाइलें'} अभी नहीं पहुँची, इसलिए रसीद अभी नहीं है। आज जो पहुँचा वह सुरक्षित है। जहाँ शुरू किया था वहीं लिंक खोलकर पूरा करें, या लिंक भेजने वाले डेस्क को फ़ोन करें।`,
    noReceipt:
      'आपकी फ़ाइलें यहाँ सुरक्षित हैं, पर रसीद नहीं बन सकी। उसे पाने के लिए लिंक बाद में फिर खोलें, या लिंक भेजने वाले डेस्क को फ़ोन करें।',
    notArrived: 'कुछ नहीं भेजा गया',
    back: 'ब्राउज़र का Back बटन दबाएँ: आपने जो लिखा था वह प्रायः वहीं मिलता है। फ़ाइलें फिर से चुनें।',
    again: 'फ़ॉर्म फिर से खोलें',
    reference: 'डेस्क को फ़ोन करें तो यह नंबर बताएँ:',
  },
  mr: {
    arrived: 'तुमचे रेकॉर्ड पोहोचले',
    counted: (files, size) => `${files} ${files === 1 ? 'फाइल' : 'फाइल्स'}, एकूण ${size}`,
    more: (files) => `आणि आणखी ${files}`,
    file: 'फाइल',
    size: 'आकार',
    next: 'आता काय होईल',
    checked:
      'आता प्रत्येक फाइल तपासली जाते. एखादी फाइल वापरता आली नाही तर लिंक पाठवणारे डेस्क तुम्हाला विचारेल. तुम्हाला आणखी काही करायचे नाही. याच लिंकने तुम्ही आणखी रेकॉर्ड पाठवू शकता.',
    receipt: 'पावती',
    receiptHint:
      'काय पोहोचले हे हा स्वाक्षरी केलेला मजकूर सांगतो. तो ठेवा: सगळा निवडून तुमच्या एखाद्या फाइलमध्ये किंवा संदेशात कॉपी करा. तो पुन्हा दाखवला जात नाही.',
    unfinished: (files) =>
      `या लिंकने आधी सांगितलेल्या ${files} ${files === 1 ? 'फाइल' : 'फाइल्स'} अजून पोहोचलेल्या नाहीत, म्हणून पावती अजून नाही. आज जे पोहोचले ते सुरक्षित आहे. जिथे सुरू केले तिथेच लिंक उघडून पूर्ण करा, किंवा लिंक पाठवणाऱ्या डेस्कला फोन करा.`,
    noReceipt:
      'तुमच्या फाइल्स येथे सुरक्षित आहेत, पण पावती बनवता आली नाही. ती मिळवण्यासाठी लिंक नंतर पुन्हा उघडा, किंवा लिंक पाठवणाऱ्या डेस्कला फोन करा.',
    notArrived: 'काहीही पाठवले गेले नाही',
    back: 'ब्राउझरचे Back बटण दाबा: तुम्ही लिहिलेले बहुधा तिथेच असते. फाइल्स पुन्हा निवडा.',
    again: 'फॉर्म पुन्हा उघडा',
    reference: 'डेस्कला फोन केल्यास हा क्रमांक सांगा:',
  },
}

/** What was wrong with a form, beyond what the gateway refuses elsewhere too. */
export type FormFault = 'link' | 'name' | 'reach' | 'role' | 'consent' | 'files' | 'order'

type Sentences = Readonly<Record<Language, string>>

/** What is wrong with the form itself; `facts.form` of the refusal says which. */
export const formFaults: Readonly<Record<FormFault, Sentences>> = {
  link: {
    en: 'The link is missing or not whole. Please paste the whole link, with the part after the #.',
    hi: 'लिंक नहीं है या अधूरा है। कृपया पूरा लिंक चिपकाएँ, # के बाद के हिस्से के साथ।',
    mr: 'लिंक नाही किंवा अपूर्ण आहे. कृपया पूर्ण लिंक चिकटवा, # च्या पुढच्या भागासह.',
  },
  name: {
    en: 'Your name is missing, or it is longer than 200 letters. Please write your name.',
    hi: 'आपका नाम नहीं है, या 200 अक्षरों से लंबा है। कृपया अपना नाम लिखें।',
    mr: 'तुमचे नाव नाही, किंवा 200 अक्षरांपेक्षा मोठे आहे. कृपया तुमचे नाव लिहा.',
  },
  reach: {
    en: 'The e-mail address or the phone number does not look right. Please write it again, or leave it empty.',
    hi: 'ई-मेल पता या फ़ोन नंबर ठीक नहीं लगता। कृपया फिर से लिखें, या ख़ाली छोड़ दें।',
    mr: 'ई-मेल पत्ता किंवा फोन नंबर बरोबर वाटत नाही. कृपया पुन्हा लिहा, किंवा रिकामे ठेवा.',
  },
  role: {
    en: 'Please say who is sending: the patient, family, or an office.',
    hi: 'कृपया बताएँ कि कौन भेज रहा है: मरीज़, परिवार, या कोई दफ़्तर।',
    mr: 'कृपया सांगा कोण पाठवत आहे: रुग्ण, कुटुंब, की एखादे कार्यालय.',
  },
  consent: {
    en: 'Without your agreement nothing may be taken. Please tick the box below the sentence that is meant for you.',
    hi: 'आपकी सहमति के बिना कुछ नहीं लिया जा सकता। कृपया अपने लिए लिखे वाक्य के नीचे के ख़ाने पर निशान लगाएँ।',
    mr: 'तुमच्या संमतीशिवाय काहीही घेता येत नाही. कृपया तुमच्यासाठी असलेल्या वाक्याखालील चौकटीत खूण करा.',
  },
  files: {
    en: 'No file was chosen. Please choose at least one.',
    hi: 'कोई फ़ाइल नहीं चुनी गई। कृपया कम से कम एक चुनें।',
    mr: 'एकही फाइल निवडलेली नाही. कृपया किमान एक निवडा.',
  },
  order: {
    en: 'The form did not come as it was made. Please open it again.',
    hi: 'फ़ॉर्म जैसा बना था वैसा नहीं पहुँचा। कृपया उसे फिर से खोलें।',
    mr: 'फॉर्म जसा होता तसा पोहोचला नाही. कृपया तो पुन्हा उघडा.',
  },
}

const askDesk = {
  en: 'Please ask the desk that sent you the link for a new one. What you already sent is kept.',
  hi: 'कृपया लिंक भेजने वाले डेस्क से नया लिंक माँगें। जो आप पहले भेज चुके हैं वह रखा हुआ है।',
  mr: 'कृपया लिंक पाठवणाऱ्या डेस्ककडे नवीन लिंक मागा. तुम्ही आधी पाठवलेले ठेवलेले आहे.',
} as const satisfies Sentences

const after = (first: Sentences, then: Sentences): Sentences => ({
  en: `${first.en} ${then.en}`,
  hi: `${first.hi} ${then.hi}`,
  mr: `${first.mr} ${then.mr}`,
})

const codeWrong: Sentences = {
  en: 'The code or birth date does not match. Please look again at your letter.',
  hi: 'कोड या जन्म तिथि मेल नहीं खाती। कृपया अपना पत्र फिर से देखें।',
  mr: 'कोड किंवा जन्मतारीख जुळत नाही. कृपया तुमचे पत्र पुन्हा पाहा.',
}

const triesLeft: Readonly<Record<Language, (tries: number) => string>> = {
  en: (tries) => ` ${tries === 1 ? '1 try' : `${tries} tries`} left.`,
  hi: (tries) => ` ${tries} बार और कोशिश कर सकते हैं।`,
  mr: (tries) => ` आणखी ${tries} वेळा प्रयत्न करता येईल.`,
}

/** For the codes a sender may meet. Everything else is `otherwise`. */
const sentences: Readonly<Partial<Record<FaultCode, Sentences>>> = {
  'link.invalid': formFaults.link,
  'link.expired': after(
    { en: 'This link has stopped working.', hi: 'यह लिंक अब काम नहीं करता।', mr: 'ही लिंक आता चालत नाही.' },
    askDesk,
  ),
  'link.used-up': after(
    {
      en: 'This link was used as often as it allows.',
      hi: 'यह लिंक जितनी बार चल सकता था उतनी बार चल चुका है।',
      mr: 'ही लिंक जितक्या वेळा वापरता येते तितक्या वेळा वापरली गेली आहे.',
    },
    askDesk,
  ),
  'link.revoked': after(
    {
      en: 'The desk has closed this link.',
      hi: 'डेस्क ने यह लिंक बंद कर दिया है।',
      mr: 'डेस्कने ही लिंक बंद केली आहे.',
    },
    askDesk,
  ),
  'link.code-needed': {
    en: 'This link needs the code from your letter, or the patient’s birth date. Please write it below the link.',
    hi: 'इस लिंक के लिए पत्र में लिखा कोड, या मरीज़ की जन्म तिथि चाहिए। कृपया उसे लिंक के नीचे लिखें।',
    mr: 'या लिंकसाठी पत्रातील कोड, किंवा रुग्णाची जन्मतारीख लागते. कृपया ती लिंकखाली लिहा.',
  },
  'link.locked': {
    en: 'There were too many wrong codes. The link pauses for fifteen minutes. Then please try again.',
    hi: 'कई बार ग़लत कोड लिखा गया। लिंक पंद्रह मिनट के लिए रुका है। उसके बाद फिर कोशिश करें।',
    mr: 'अनेक वेळा चुकीचा कोड लिहिला गेला. लिंक पंधरा मिनिटांसाठी थांबली आहे. त्यानंतर पुन्हा प्रयत्न करा.',
  },
  'case.closed': {
    en: 'The desk has closed this request and takes no more records for it. If you have more, please call the desk.',
    hi: 'डेस्क ने यह अनुरोध बंद कर दिया है और इसके लिए और रिकॉर्ड नहीं लेता। आपके पास और हों तो डेस्क को फ़ोन करें।',
    mr: 'डेस्कने ही विनंती बंद केली आहे आणि तिच्यासाठी आणखी रेकॉर्ड घेत नाही. तुमच्याकडे आणखी असल्यास डेस्कला फोन करा.',
  },
  'consent.unknown': formFaults.order,
  'consent.needed': formFaults.consent,
  'rate.limited': {
    en: 'There were too many tries from this connection. Please wait a minute and send it again.',
    hi: 'इस कनेक्शन से बहुत बार कोशिश हुई। कृपया एक मिनट रुककर फिर से भेजें।',
    mr: 'या कनेक्शनवरून खूप वेळा प्रयत्न झाले. कृपया एक मिनिट थांबून पुन्हा पाठवा.',
  },
  'request.too-large': {
    en: 'That was too much for one form: at most 5,000 files at a time. Please send it in several parts.',
    hi: 'एक फ़ॉर्म के लिए यह बहुत ज़्यादा था: एक बार में अधिकतम 5,000 फ़ाइलें। कृपया कई हिस्सों में भेजें।',
    mr: 'एका फॉर्मसाठी हे खूप जास्त होते: एका वेळी जास्तीत जास्त 5,000 फाइल्स. कृपया अनेक भागांत पाठवा.',
  },
  'request.too-slow': {
    en: 'The connection was too slow, and the form broke off. Please send fewer files at a time.',
    hi: 'कनेक्शन बहुत धीमा था, और फ़ॉर्म बीच में टूट गया। कृपया एक बार में कम फ़ाइलें भेजें।',
    mr: 'कनेक्शन फार हळू होते, आणि फॉर्म मध्येच तुटला. कृपया एका वेळी कमी फाइल्स पाठवा.',
  },
  'plan.too-many': {
    en: 'This link cannot take that many files. Please call the desk that sent it.',
    hi: 'यह लिंक इतनी फ़ाइलें नहीं ले सकता। कृपया लिंक भेजने वाले डेस्क को फ़ोन करें।',
    mr: 'ही लिंक इतक्या फाइल्स घेऊ शकत नाही. कृपया लिंक पाठवणाऱ्या डेस्कला फोन करा.',
  },
  'store.full': {
    en: 'There is no room for your files at the moment. Please call the desk, and send them again later.',
    hi: 'अभी आपकी फ़ाइलों के लिए जगह नहीं है। कृपया डेस्क को फ़ोन करें, और बाद में फिर भेजें।',
    mr: 'सध्या तुमच्या फाइल्ससाठी जागा नाही. कृपया डेस्कला फोन करा, आणि नंतर पुन्हा पाठवा.',
  },
}

const otherwise: Sentences = {
  en: 'Something did not work here, and it is not your fault. Please send the form again in a few minutes.',
  hi: 'यहाँ कुछ ठीक नहीं चला, और इसमें आपकी ग़लती नहीं है। कृपया कुछ मिनट बाद फ़ॉर्म फिर से भेजें।',
  mr: 'येथे काहीतरी नीट चालले नाही, आणि ही तुमची चूक नाही. कृपया काही मिनिटांनी फॉर्म पुन्हा पाठवा.',
}

const isFormFault = (fault: unknown): fault is FormFault =>
  typeof fault === 'string' && Object.hasOwn(formFaults, fault)

/** Why it did not work and what to do now. */
export const refusalSentence = (language: Language, code: FaultCode, facts: FaultFacts): string => {
  const { form, left } = facts
  if (isFormFault(form)) return formFaults[form][language]
  if (code === 'link.code-wrong')
    return codeWrong[language] + (typeof left === 'number' ? triesLeft[language](left) : '')
  return (sentences[code] ?? otherwise)[language]
}
