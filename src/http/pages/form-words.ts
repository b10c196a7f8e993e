/**
 * The words of the form that sends without JavaScript, in every language. Plain and short: whoever reads them may be
 * ill, in a hurry or on a borrowed machine. Drafts until a native reader has looked at them.
 */
import type { Language } from '#domain/language.ts'
import type { SenderRole } from '#domain/sender-role.ts'

export type FormWords = {
  readonly here: string
  /** Where there is no JavaScript. */
  readonly without: string
  /** Where there should be some, and nothing came of it. */
  readonly plain: string
  /** The pages were not put together: for whoever runs this. */
  readonly notBuilt: string
  readonly link: string
  readonly linkHint: string
  readonly code: string
  readonly codeHint: string
  readonly person: string
  readonly mail: string
  readonly phone: string
  readonly optional: string
  readonly who: string
  readonly roles: Readonly<Record<SenderRole, string>>
  readonly consent: string
  readonly consentOwn: string
  readonly consentOthers: string
  readonly agree: string
  readonly files: string
  readonly filesHint: string
  readonly folder: string
  readonly send: string
  readonly wait: string
}

export const formWords: Readonly<Record<Language, FormWords>> = {
  en: {
    here: 'You are in the right place, and opening this page has not used up your link. Keep the link: it is only for you.',
    without:
      'The page for sending needs JavaScript, which is switched off or blocked here. With this form you can send all the same.',
    plain: 'Does nothing happen here? Send with a simple form',
    notBuilt: 'The page for sending was not put together on this machine, so only the simple form works.',
    link: 'Your link',
    linkHint:
      'Copy the whole link from the letter or message you were sent, or from the address bar of this page, and paste it here. The part after the # must be there.',
    code: 'Code or birth date, if you were asked for one',
    codeHint: 'The code from your letter, or the patient’s birth date as year-month-day: 1962-08-15.',
    person: 'Your name',
    mail: 'Your e-mail address',
    phone: 'Your phone number',
    optional: 'may stay empty',
    who: 'Who is sending?',
    roles: {
      patient: 'I am the patient',
      family: 'I am family, or I care for the patient',
      provider: 'I am from a doctor’s office, clinic or laboratory',
    },
    consent: 'Agreement',
    consentOwn: 'If you are the patient:',
    consentOthers: 'If you send for a patient:',
    agree: 'I have read the sentence that is meant for me, and I agree.',
    files: 'Files',
    filesHint: 'Scans, reports, photos, ZIP files. You can choose several at once.',
    folder: 'Or a whole CD or folder',
    send: 'Send records',
    wait: 'Then wait until the next page comes. With many files that can take long. If it breaks off, nothing of it is kept: send it again.',
  },
  hi: {
    here: 'आप सही जगह पर हैं, और यह पन्ना खोलने से आपका लिंक ख़र्च नहीं हुआ। लिंक सँभालकर रखें: वह केवल आपके लिए है।',
    without: 'भेजने के पन्ने को JavaScript चाहिए, जो यहाँ बंद है या रोका गया है। इस फ़ॉर्म से आप फिर भी भेज सकते हैं।',
    plain: 'यहाँ कुछ नहीं हो रहा? सादे फ़ॉर्म से भेजें',
    notBuilt: 'इस मशीन पर भेजने का पन्ना तैयार नहीं किया गया है, इसलिए केवल सादा फ़ॉर्म चलता है।',
    link: 'आपका लिंक',
    linkHint:
      'जो पत्र या संदेश आपको मिला है उससे, या इस पन्ने के पते की पट्टी से, पूरा लिंक कॉपी करके यहाँ चिपकाएँ। # के बाद का हिस्सा ज़रूरी है।',
    code: 'कोड या जन्म तिथि, यदि आपसे माँगी गई हो',
    codeHint: 'पत्र में लिखा कोड, या मरीज़ की जन्म तिथि, वर्ष-महीना-दिन में: 1962-08-15।',
    person: 'आपका नाम',
    mail: 'आपका ई-मेल पता',
    phone: 'आपका फ़ोन नंबर',
    optional: 'ख़ाली छोड़ सकते हैं',
    who: 'कौन भेज रहा है?',
    roles: {
      patient: 'मैं ही मरीज़ हूँ',
      family: 'मैं परिवार से हूँ, या मरीज़ की देखभाल करता/करती हूँ',
      provider: 'मैं डॉक्टर के दफ़्तर, क्लिनिक या लैब से हूँ',
    },
    consent: 'सहमति',
    consentOwn: 'यदि आप मरीज़ हैं:',
    consentOthers: 'यदि आप किसी मरीज़ की ओर से भेज रहे हैं:',
    agree: 'जो वाक्य मेरे लिए है वह मैंने पढ़ लिया है, और मैं सहमत हूँ।',
    files: 'फ़ाइलें',
    filesHint: 'स्कैन, रिपोर्ट, फ़ोटो, ZIP फ़ाइलें। एक साथ कई चुन सकते हैं।',
    folder: 'या पूरी सीडी या फ़ोल्डर',
    send: 'रिकॉर्ड भेजें',
    wait: 'फिर अगला पन्ना आने तक रुकें। फ़ाइलें बहुत हों तो देर लग सकती है। बीच में टूट जाए तो इसमें से कुछ नहीं रखा जाता: फिर से भेजें।',
  },
  mr: {
    here: 'तुम्ही योग्य ठिकाणी आहात, आणि हे पान उघडल्याने तुमची लिंक वापरली गेलेली नाही. लिंक जपून ठेवा: ती फक्त तुमच्यासाठी आहे.',
    without: 'पाठवण्याच्या पानाला JavaScript लागते, ते येथे बंद आहे किंवा अडवले आहे. या फॉर्मने तुम्ही तरीही पाठवू शकता.',
    plain: 'येथे काही होत नाही? साध्या फॉर्मने पाठवा',
    notBuilt: 'या मशीनवर पाठवण्याचे पान तयार केलेले नाही, म्हणून फक्त साधा फॉर्म चालतो.',
    link: 'तुमची लिंक',
    linkHint:
      'तुम्हाला आलेल्या पत्रातून किंवा संदेशातून, किंवा या पानाच्या पत्त्याच्या पट्टीतून, पूर्ण लिंक कॉपी करून येथे चिकटवा. # च्या पुढचा भाग असायलाच हवा.',
    code: 'कोड किंवा जन्मतारीख, विचारली असल्यास',
    codeHint: 'पत्रातील कोड, किंवा रुग्णाची जन्मतारीख, वर्ष-महिना-दिवस अशी: 1962-08-15.',
    person: 'तुमचे नाव',
    mail: 'तुमचा ई-मेल पत्ता',
    phone: 'तुमचा फोन नंबर',
    optional: 'रिकामे ठेवता येते',
    who: 'कोण पाठवत आहे?',
    roles: {
      patient: 'मी स्वतः रुग्ण आहे',
      family: 'मी कुटुंबातील आहे, किंवा रुग्णाची काळजी घेतो/घेते',
      provider: 'मी डॉक्टरांच्या कार्यालयातून, क्लिनिकमधून किंवा प्रयोगशाळेतून आहे',
    },
    consent: 'संमती',
    consentOwn: 'तुम्ही रुग्ण असाल तर:',
    consentOthers: 'तुम्ही रुग्णासाठी पाठवत असाल तर:',
    agree: 'माझ्यासाठी असलेले वाक्य मी वाचले आहे, आणि माझी संमती आहे.',
    files: 'फाइल्स',
    filesHint: 'स्कॅन, अहवाल, फोटो, ZIP फाइल्स. एकाच वेळी अनेक निवडता येतात.',
    folder: 'किंवा पूर्ण सीडी किंवा फोल्डर',
    send: 'रेकॉर्ड पाठवा',
    wait: 'मग पुढचे पान येईपर्यंत थांबा. फाइल्स खूप असल्यास वेळ लागू शकतो. मध्येच तुटल्यास त्यातले काहीही ठेवले जात नाही: पुन्हा पाठवा.',
  },
}
