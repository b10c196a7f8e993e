/** Words: what a language file must hold, and how a sentence of it is told with numbers and names put in. */
import type { ConsentTexts } from '#domain/consent.ts'
import type { Language } from '#domain/language.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import type { messages } from './en.ts'

type English = typeof messages

export type Key = keyof English

/** Forms by the plural rules of the language; ours have these two. */
export type Plural = { readonly one: string; readonly other: string }

/** A file of words: complete, or it does not compile. */
export type Words = {
  readonly consent: ConsentTexts
  readonly messages: { readonly [K in Key]: English[K] extends string ? string : Plural }
}

/** A file of what checks found, in a sentence each: many words that most senders never need. */
export type VerdictWords = { readonly verdicts: Readonly<Record<VerdictCode, string>> }

type Named<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Named<Rest> : never

/** The names in braces of a message; `count` also chooses the plural. */
type Names<Message> = Message extends Plural ? 'count' | Named<Message['one' | 'other']> : Named<Message>

type FillingOf<Message> = [Names<Message>] extends [never]
  ? []
  : [filling: Readonly<Record<Names<Message>, string | number>>]

/** The messages of a page, as its English has them. */
export type Messages = Readonly<Record<string, string | Plural>>

export type TellOf<M extends Messages> = <K extends keyof M & string>(
  key: K,
  ...filling: FillingOf<M[K]>
) => string

export type Tell = TellOf<English>

/** Latin digits whatever the language: phone numbers, codes and times are read out and typed. */
export const localeOf = (language: Language): string => `${language}-IN-u-nu-latn`

type Filled = { readonly messages: Messages }

export const tellIn = <M extends Messages = English>(language: Language, { messages }: Filled): TellOf<M> => {
  const plural = new Intl.PluralRules(language)
  const number = new Intl.NumberFormat(localeOf(language))
  return (key, ...[filling]) => {
    const message: string | Plural = messages[key] ?? key
    const values: Readonly<Record<string, string | number>> = filling ?? {}
    const form = plural.select(Number(values['count'])) === 'one' ? 'one' : 'other'
    const text = typeof message === 'string' ? message : message[form]
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? ''
      return typeof value === 'number' ? number.format(value) : value
    })
  }
}
