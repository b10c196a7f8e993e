/** What seems to be missing, as the gateway's codes; the words are the page's. */
import type { Note } from '#domain/completeness/note.ts'
import type { Reading } from './reading.ts'

export type { Note }

/** @throws Error when it cannot be had. */
export const listNotes = async (reading: Reading): Promise<readonly Note[]> => {
  const reply = await reading.get(`/api/cases/${reading.case}/notes`)
  if (!reply.ok) throw new Error(`notes answered ${reply.status}`)
  const { notes } = (await reply.json()) as { readonly notes: readonly Note[] }
  return notes
}
