/** Announcing files, a page at a time: a hundred thousand of them are more than one request may hold. */
import type { ArrangedFile } from './arrange.ts'
import { type Conversation, jsonAsked, SendingStopped } from './conversation.ts'
import { type Planned, readPlanned } from './replies.ts'

/** Files and UTF-16 code units of one request. */
const mostFiles = 2_000

/** Of the first request: bytes move as soon as it is answered. Each one after it may have so many times more. */
const firstFiles = 250
const growth = 4

const mostLetters = 1_000_000

/** Neighbours in pages; each has one file at least. */
export const pagesOf = <File extends ArrangedFile>(files: readonly File[]): File[][] => {
  const pages: File[][] = []
  let page: File[] = []
  let letters = 0
  let most = firstFiles
  for (const file of files) {
    if (page.length > 0 && (page.length >= most || letters + file.told.length > mostLetters)) {
      pages.push(page)
      most = Math.min(mostFiles, most * growth)
      page = []
      letters = 0
    }
    page.push(file)
    letters += file.told.length + 64
  }
  if (page.length > 0) pages.push(page)
  return pages
}

/** What of each file is missing, in their order. @throws SendingStopped */
export const planPage = async (
  conversation: Conversation,
  page: readonly ArrangedFile[],
): Promise<Planned[]> => {
  const files = page.map(({ told, file: { size, modified } }) => ({ path: told, size, modified }))
  const answer = await conversation.ask(jsonAsked('/api/send/plan', { files }), readPlanned(page.length))
  if (answer.kind === 'reply') return answer.reply
  throw new SendingStopped('code' in answer ? answer.code : 'request.too-large')
}
