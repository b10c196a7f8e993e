/**
 * Where an upload link leads in a browser. The secret stands after the `#` and never reaches us with this
 * request, so looking changes nothing, whoever looks: a person, a mail scanner, a chat preview.
 */
import { escapeHtml } from '#domain/escape-html.ts'
import type { CommonNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import { pageOf, sendHtml } from './page.ts'

const commands = (publicUrl: string): string => `# 1. What stands after the # of your link becomes a session.
curl -sS ${publicUrl}/api/send/exchange \\
  -H 'Content-Type: application/json' \\
  -d '{"link":"PASTE-WHAT-STANDS-AFTER-#"}'

# 2. Send the files. SESSION is the "session" of the answer above.
curl -sS ${publicUrl}/api/send/files \\
  -H 'Authorization: Bearer SESSION' \\
  -F 'files=@scan-1.dcm' -F 'files=@report.pdf'

# 3. Say that this was all. The answer is a signed receipt.
curl -sS ${publicUrl}/api/send/finish \\
  -H 'Authorization: Bearer SESSION' \\
  -H 'Content-Type: application/json' -d '{}'`

const pageFor = (publicUrl: string, scans: boolean): Buffer =>
  pageOf(
    'Send records – Second Read',
    `<h1>Send records</h1>
<p class="lead">You are in the right place. Opening your link has not used it up.</p>
<section lang="en">
<h2>English</h2>
<p>You are in the right place, and opening this page has not used up your link. Sending from the browser comes with a later version. Until then records can be sent with the command line, as shown below. Keep the link: it is only for you.</p>
</section>
<section lang="hi">
<h2>हिन्दी</h2>
<p>आप सही जगह पर हैं, और यह पन्ना खोलने से आपका लिंक ख़र्च नहीं हुआ। ब्राउज़र से भेजना अगले संस्करण में आएगा। तब तक रिकॉर्ड नीचे दी गई कमांड से भेजे जा सकते हैं। लिंक सँभालकर रखें: वह केवल आपके लिए है।</p>
</section>
<section lang="mr">
<h2>मराठी</h2>
<p>तुम्ही योग्य ठिकाणी आहात, आणि हे पान उघडल्याने तुमची लिंक वापरली गेलेली नाही. ब्राउझरमधून पाठवणे पुढील आवृत्तीत येईल. तोपर्यंत खालील कमांडने रेकॉर्ड पाठवता येतात. लिंक जपून ठेवा: ती फक्त तुमच्यासाठी आहे.</p>
</section>
<h2>With the command line</h2>
<pre tabindex="0">${escapeHtml(commands(publicUrl))}</pre>
<p>If you were given a code apart from the link, add <code>,"code":"YOUR-CODE"</code> after the link in step 1.</p>`,
    scans,
  )

/** `GET /send`. */
export const sendPage = ({ publicUrl, scans = false }: CommonNeeds): Handler<'sendPage'> => {
  const page = pageFor(publicUrl, scans)
  return ({ res }) => {
    sendHtml(res, page)
    return null
  }
}
