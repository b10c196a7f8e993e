/** The first page: what this is, what is not there yet, and where programs find their way. */
import type { CommonNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import { pageOf, sendHtml } from './page.ts'

const body = `<h1>Second Read</h1>
<p class="lead">Brings a patient’s scans and reports to the specialist who is asked for a second opinion.</p>
<section lang="en">
<h2>English</h2>
<p>This gateway is running. The pages for the desk come with a later version; until then it works with programs.</p>
<p>If somebody sent you a link, to send records with or to read a case, open that link: both work in the browser.</p>
</section>
<section lang="hi">
<h2>हिन्दी</h2>
<p>यह सेवा चल रही है। डेस्क के पन्ने अगले संस्करण में आएँगे; तब तक वह काम प्रोग्राम से होता है।</p>
<p>यदि किसी ने आपको रिकॉर्ड भेजने या केस पढ़ने के लिए लिंक दिया है, तो वही लिंक खोलें: दोनों काम ब्राउज़र में होते हैं।</p>
</section>
<section lang="mr">
<h2>मराठी</h2>
<p>ही सेवा चालू आहे. डेस्कची पाने पुढील आवृत्तीत येतील; तोपर्यंत ते काम प्रोग्रामने होते.</p>
<p>कोणी तुम्हाला रेकॉर्ड पाठवण्यासाठी किंवा केस वाचण्यासाठी लिंक दिली असेल, तर तीच लिंक उघडा: दोन्ही कामे ब्राउझरमध्ये होतात.</p>
</section>
<h2>For programs</h2>
<p><a href="/api/openapi.json">API description (OpenAPI 3.1)</a><br><a href="/.well-known/jwks.json">Public keys (JWK Set)</a></p>`

/** `GET /`. */
export const homePage = ({ scans = false }: CommonNeeds): Handler<'home'> => {
  const page = pageOf('Second Read', body, scans)
  return ({ res }) => {
    sendHtml(res, page)
    return null
  }
}
