/** Whose records files say they are, in a sentence, as the files have it. */
import type { FoundPatient } from '#web/send/found.ts'
import type { Spoken } from '#web/words/load-words.ts'

export const patientWords = ({ t, say }: Spoken, { name, birthDate }: FoundPatient): string => {
  const birth = birthDate === null ? null : say.day(birthDate)
  if (name !== null && birth !== null) return t('found.patient', { name, birth })
  if (name !== null) return t('found.patientNoBirth', { name })
  return birth === null ? t('found.patientNone') : t('found.patientNoName', { birth })
}
