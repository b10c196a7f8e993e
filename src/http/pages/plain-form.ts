/**
 * The form that sends without JavaScript, once in each language. Its fields come before its files, in the order in
 * which the door reads them. What stands after the `#` of a link never reaches us by itself: it has to be pasted.
 */
import { currentConsent } from '#domain/consent.ts'
import { consentWords } from '#domain/consent-texts.ts'
import { escapeHtml } from '#domain/escape-html.ts'
import type { Language } from '#domain/language.ts'
import { senderRoles } from '#domain/sender-role.ts'
import { formWords } from './form-words.ts'

type Field = {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly attributes: string
}

const fieldOf = (language: Language, { name, label, hint, attributes }: Field): string => {
  const id = `${language}-${name}`
  const described = hint === undefined ? '' : ` aria-describedby="${id}-hint"`
  const words = hint === undefined ? '' : `<p class="hint" id="${id}-hint">${hint}</p>`
  return `<label for="${id}">${label}</label>${words}<input id="${id}" name="${name}"${described} ${attributes}>`
}

const choiceOf = (label: string, attributes: string): string =>
  `<label class="choice"><input ${attributes}><span>${label}</span></label>`

/** `institution` is who is agreed with. */
export const plainForm = (language: Language, institution: string): string => {
  const words = formWords[language]
  const text = (kind: 'own' | 'others'): string =>
    escapeHtml(consentWords(currentConsent, kind, language, institution))
  const optional = (label: string): string => `${label} (${words.optional})`
  return `<form method="post" action="/send/files" enctype="multipart/form-data" accept-charset="utf-8">
<input type="hidden" name="lang" value="${language}">
${fieldOf(language, { name: 'link', label: words.link, hint: words.linkHint, attributes: 'required maxlength="4096" autocomplete="off" autocapitalize="none" spellcheck="false"' })}
${fieldOf(language, { name: 'code', label: optional(words.code), hint: words.codeHint, attributes: 'maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false"' })}
${fieldOf(language, { name: 'name', label: words.person, attributes: 'required maxlength="200" autocomplete="name"' })}
${fieldOf(language, { name: 'mail', label: optional(words.mail), attributes: 'type="email" maxlength="254" autocomplete="email"' })}
${fieldOf(language, { name: 'phone', label: optional(words.phone), attributes: 'type="tel" maxlength="40" autocomplete="tel"' })}
<fieldset><legend>${words.who}</legend>
${senderRoles.map((role) => choiceOf(words.roles[role], `type="radio" name="role" value="${role}" required`)).join('\n')}
</fieldset>
<fieldset><legend>${words.consent}</legend>
<p><strong>${words.consentOwn}</strong> ${text('own')}</p>
<p><strong>${words.consentOthers}</strong> ${text('others')}</p>
${choiceOf(words.agree, `type="checkbox" name="consent" value="${currentConsent}" required`)}
</fieldset>
${fieldOf(language, { name: 'files', label: words.files, hint: words.filesHint, attributes: 'type="file" multiple' })}
${fieldOf(language, { name: 'folder', label: words.folder, attributes: 'type="file" multiple webkitdirectory' })}
<p class="hint">${words.wait}</p>
<button>${words.send}</button>
</form>`
}
