/**
 * The door without JavaScript: one form that says who sends, agrees, brings the link and the files, and finishes. The
 * link is exchanged by the same step as everywhere, its tries are counted, and nothing of a file is read before that.
 */
import { plainSendFields } from '#contract/send.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { readLanguage } from '#domain/language.ts'
import { refusalOf } from '#http/error-to-refusal.ts'
import type { CommonNeeds, IntakeNeeds } from '#http/needs.ts'
import { sentPage } from '#http/pages/answer.ts'
import type { FormFault } from '#http/pages/answer-words.ts'
import { sendHtml } from '#http/pages/page.ts'
import type { Handler } from '#http/route.ts'
import { tale } from '#http/tale.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import type { Finished } from '#steps/finish-send.ts'
import type { Receiving } from '#steps/receive.ts'
import { receiveForm } from './multipart.ts'

export type PlainSendNeeds = Pick<
  IntakeNeeds,
  'exchangeLink' | 'introduce' | 'authorizeSender' | 'receive' | 'finishSend'
> &
  Pick<CommonNeeds, 'ids' | 'journal' | 'scans'>

/** Fields of the form in its order, and what is said of each when it is wrong. */
const faults: Readonly<Record<keyof typeof plainSendFields.shape, FormFault>> = {
  lang: 'order',
  link: 'link',
  code: 'order',
  name: 'name',
  mail: 'reach',
  phone: 'reach',
  role: 'role',
  consent: 'consent',
}

const wrong = (form: FormFault): Refusal => refuse('request.invalid', { form })

const readFields = (fields: unknown) => {
  const read = plainSendFields.safeParse(fields)
  if (read.success) return read.data
  const named = new Set(read.error.issues.map(({ path: [name] }) => name))
  const first = Object.entries(faults).find(([name]) => named.has(name))
  return wrong(first?.[1] ?? 'order')
}

/** The language of the form, if that much of it came. */
const languageOf = (fields: unknown) =>
  typeof fields === 'object' && fields !== null && 'lang' in fields && typeof fields.lang === 'string'
    ? readLanguage(fields.lang)
    : null

/** `POST /send/files`. */
export const plainSend =
  (needs: PlainSendNeeds): Handler<'plainSend'> =>
  async ({ req, res }) => {
    const told = tale(res)
    let session: SenderSession | null = null
    let receiving: Receiving | null = null

    const open = async (fields: unknown): Promise<Receiving | Refusal> => {
      told.language = languageOf(fields) ?? told.language
      const words = readFields(fields)
      if (isRefusal(words)) return words
      const begun = await needs.exchangeLink(words.link, words.code ?? undefined)
      if (isRefusal(begun)) return begun
      const { name, mail, phone, role, lang: language, consent } = words
      const refused = await needs.introduce(begun.session, { name, mail, phone, role, language, consent })
      if (refused !== null) return refused
      // From here on as at every other door: what the gate asks, it is asked here too.
      const passed = await needs.authorizeSender(begun.token, 'bring')
      if (isRefusal(passed)) return passed
      session = passed
      receiving = needs.receive(passed)
      return receiving
    }

    /** The files are durable by now: whatever happens, the person is told so. */
    const finish = async (): Promise<Finished | Refusal> => {
      if (session === null) return refuse('internal')
      try {
        return await needs.finishSend(session, [])
      } catch (error) {
        const refusal = refusalOf(error)
        told.fault = refusal.refused
        needs.journal.note(
          'error',
          'request.failed',
          { request: told.request, fault: refusal.refused },
          error,
        )
        return refusal
      }
    }

    const taken = await receiveForm(req, res, needs.ids, { open, receiving: () => receiving })
    if (isRefusal(taken)) {
      if (taken.facts['files'] !== 0) return taken
      // Without a file nothing was asked of the fields yet.
      told.language = languageOf(req.body) ?? told.language
      const words = readFields(req.body)
      return isRefusal(words) ? words : wrong('files')
    }
    const finished = await finish()
    if (isRefusal(finished)) told.fault ??= finished.refused
    res.setHeader('Content-Language', told.language)
    sendHtml(res, sentPage(told.language, { files: taken.files, finished }, needs.scans ?? false))
    return null
  }
