/**
 * The form door: whole files as `multipart/form-data` (RFC 7578), for plain forms and curl. Every limit is set,
 * all files are durable before the answer, and a form that breaks off or is malformed leaves nothing.
 */
import type { Request, Response } from 'express'
import multer, { MulterError } from 'multer'
import { Fault, isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { CommonNeeds, IntakeNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import type { Ids } from '#ports/clock.ts'
import type { Received, UnplannedFile } from '#steps/receive.ts'
import { type FormTarget, formStorage, RefusedForm } from './form-storage.ts'
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
  if (error instanceof RefusedForm) return error.refusal
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

/**
 * Takes a whole form or nothing of it: every file is durable when this resolves. Refuses what the form is not, what
 * `target` refuses, and `request.invalid` with `files: 0` when there was none.
 */
export const receiveForm = async (
  req: Request,
  res: Response,
  ids: Ids,
  target: FormTarget,
): Promise<{ readonly files: readonly UnplannedFile[]; readonly received: Received } | Refusal> => {
  if (!req.is('multipart/form-data')) return refuse('request.type')
  const coding = req.headers['content-encoding']
  if (coding !== undefined && coding !== 'identity') return refuse('request.type')
  const failed = Promise.withResolvers<unknown>()
  const form = formStorage(target, ids, failed.resolve)
  const leave = async (): Promise<void> => {
    await form.stop()
    const begun = target.receiving()
    // What cannot be removed now is unreferenced, and the clean-up finds it.
    if (begun !== null) await forget(begun)
  }
  try {
    const error = await Promise.race([takeForm(req, res, form.storage), failed.promise])
    const receiving = target.receiving()
    if (error === null && receiving !== null && form.files.length > 0) {
      const received = await receiving.commit(form.files)
      return isRefusal(received) ? received : { files: form.files, received }
    }
    const refused = error === null ? refuse('request.invalid', { files: 0 }) : refusalOfForm(error, req)
    await leave()
    return refused
  } catch (error) {
    await leave()
    throw error
  }
}

const replyOf = (files: readonly UnplannedFile[]) => files.map(({ id, size }, index) => ({ id, index, size }))

/** `POST /api/send/files`. A browser's form is sent on to the page of its link (303). */
export const formDoor =
  (needs: Pick<IntakeNeeds, 'receive'> & Pick<CommonNeeds, 'ids'>): Handler<'files'> =>
  async ({ req, res, bearer }) => {
    const receiving = needs.receive(bearer)
    const target = { open: async () => receiving, receiving: () => receiving }
    const taken = await receiveForm(req, res, needs.ids, target)
    if (isRefusal(taken)) return taken
    if (req.accepts(['json', 'html']) === 'html') {
      res.redirect(303, '/send')
      return null
    }
    const { files, received } = taken
    return { ...received, completed: [...received.completed], items: replyOf(files) }
  }
