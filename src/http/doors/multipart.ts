/**
 * The form door: whole files as `multipart/form-data` (RFC 7578), for plain forms and curl. Every limit is set,
 * all files are durable before the answer, and a form that breaks off or is malformed leaves nothing.
 */
import type { Request, Response } from 'express'
import multer, { MulterError } from 'multer'
import { Fault, isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { CommonNeeds, IntakeNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import type { UnplannedFile } from '#steps/receive.ts'
import { formStorage } from './form-storage.ts'
import { forget } from './take-body.ts'

/** What a form may hold. */
export const formLimits = {
  files: 5_000,
  parts: 5_020,
  fields: 20,
  fieldSize: 4_096,
  fieldNameSize: 100,
  fieldNestingDepth: 1,
  headerPairs: 100,
  fileSize: 1_099_511_627_776,
} as const

const tooLarge: readonly string[] = [
  'LIMIT_FILE_SIZE',
  'LIMIT_FILE_COUNT',
  'LIMIT_PART_COUNT',
  'LIMIT_FIELD_COUNT',
  'LIMIT_FIELD_VALUE',
]

/** What multer and its parser say of a form, as a refusal. A fault of ours stays one. */
const refusalOfForm = (error: unknown, req: Request): Refusal => {
  if (error instanceof Fault) throw error
  if (req.destroyed && !req.complete) return refuse('request.aborted')
  const large = error instanceof MulterError && tooLarge.includes(error.code)
  return refuse(large ? 'request.too-large' : 'request.invalid')
}

/** Resolves with the first error, or null when every file was taken. */
const takeForm = (req: Request, res: Response, storage: multer.StorageEngine): Promise<unknown> =>
  new Promise((resolve) => {
    const form = multer({ storage, limits: formLimits, defParamCharset: 'utf8', preservePath: true })
    void form.any()(req, res, (error?: unknown) => resolve(error ?? null))
  })

const replyOf = (files: readonly UnplannedFile[]) => files.map(({ id, size }, index) => ({ id, index, size }))

/** `POST /api/send/files`. A browser's form is sent on to the page of its link (303). */
export const formDoor =
  (needs: Pick<IntakeNeeds, 'receive'> & Pick<CommonNeeds, 'ids'>): Handler<'files'> =>
  async ({ req, res, bearer }) => {
    if (!req.is('multipart/form-data')) return refuse('request.type')
    const coding = req.headers['content-encoding']
    if (coding !== undefined && coding !== 'identity') return refuse('request.type')
    const receiving = needs.receive(bearer)
    const failed = Promise.withResolvers<unknown>()
    const form = formStorage(receiving, needs.ids, failed.resolve)
    try {
      const error = await Promise.race([takeForm(req, res, form.storage), failed.promise])
      const refused =
        error !== null
          ? refusalOfForm(error, req)
          : form.files.length === 0
            ? refuse('request.invalid', { files: 0 })
            : null
      if (refused !== null) {
        await form.stop()
        await forget(receiving)
        return refused
      }
      const received = await receiving.commit(form.files)
      if (isRefusal(received)) return received
      if (req.accepts(['json', 'html']) === 'html') {
        res.redirect(303, '/send')
        return null
      }
      return { ...received, completed: [...received.completed], items: replyOf(form.files) }
    } catch (error) {
      await form.stop()
      // What cannot be removed now is unreferenced, and the clean-up finds it.
      await forget(receiving)
      throw error
    }
  }
