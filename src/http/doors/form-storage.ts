/**
 * Where multer puts the files of a form: straight on into sealed packs, one after another. Nothing is kept in
 * memory or in a temporary folder, and a file's name is only ever something to show. For whom the files are may stand
 * in the fields before the first of them.
 */
import type { Readable } from 'node:stream'
import type { StorageEngine } from 'multer'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { freeBytes } from '#domain/free-bytes.ts'
import type { ItemId } from '#domain/id.ts'
import type { Ids } from '#ports/clock.ts'
import type { Receiving, UnplannedFile } from '#steps/receive.ts'

const mostName = 1_024

/** A name for people: well-formed, without control characters, never empty. */
export const shownName = (name: string): string => {
  const shown = name
    .toWellFormed()
    .replace(/\p{Cc}/gu, '')
    .slice(0, mostName)
    .toWellFormed()
  return shown === '' ? 'unnamed' : shown
}

/** The bytes of one file, in order, with a pause whenever the store is behind. Resolves with their number. */
const takeFile = (stream: Readable, item: ItemId, receiving: Receiving): Promise<number> =>
  new Promise((resolve, reject) => {
    let size = 0
    const fail = (error: unknown): void => {
      stream.off('data', onData)
      stream.resume()
      reject(error instanceof Error ? error : new Error('receiving failed', { cause: error }))
    }
    const goOn = (): void => {
      stream.resume()
    }
    const onData = (piece: Buffer): void => {
      try {
        size += piece.length
        const room = receiving.push(piece)
        // A piece that is all of its memory is a whole read from the socket in the middle of a file: the parser
        // had nothing else in it and has let go of it.
        freeBytes(piece)
        if (room) return
        stream.pause()
        receiving.ready().then(goOn, fail)
      } catch (error) {
        fail(error)
      }
    }
    if (stream.destroyed) {
      reject(new Error('the form broke off'))
      return
    }
    receiving.begin(item, 0)
    stream.on('error', fail)
    stream.on('close', () => fail(new Error('the form broke off')))
    stream.on('end', () => {
      try {
        receiving.end()
        resolve(size)
      } catch (error) {
        fail(error)
      }
    })
    stream.on('data', onData)
  })

/** Who receives the files of one form. */
export type FormTarget = {
  /** Asked with the fields so far when the first file begins; a refusal ends the form. */
  open(fields: unknown): Promise<Receiving | Refusal>
  /** What was opened, null before. */
  receiving(): Receiving | null
}

/** A refusal on its way through multer. */
export class RefusedForm extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.refused)
    this.refusal = refusal
  }
}

/**
 * A storage engine for one request. The parser may begin a file while the one before still waits in its buffer,
 * so they queue. `files` is in the order of the form and complete once multer is done. `onFail` hears of the first
 * failure at once, where multer would first read the form to its end.
 */
export const formStorage = (target: FormTarget, ids: Ids, onFail: (error: unknown) => void) => {
  const files: UnplannedFile[] = []
  let before: Promise<void> = Promise.resolve()
  let broken: Refusal | null = null

  const storage: StorageEngine = {
    _handleFile(req, file, done) {
      const take = async (): Promise<void> => {
        if (broken !== null) throw new Error('the form broke off')
        const receiving = target.receiving() ?? (await target.open(req.body))
        if (isRefusal(receiving)) throw new RefusedForm(receiving)
        const id = ids.next<ItemId>()
        const size = await takeFile(file.stream, id, receiving)
        files.push({ id, name: shownName(file.originalname), size })
      }
      before = before.then(take)
      before.then(
        () => done(null, {}),
        (error: unknown) => {
          file.stream.resume()
          onFail(error)
          done(error)
        },
      )
    },
    _removeFile(_req, _file, done) {
      // Packs are forgotten as a whole by whoever started receiving.
      done(null)
    },
  }
  return {
    storage,
    files: files as readonly UnplannedFile[],
    /** No further byte is taken; resolves when the last one was. */
    async stop(): Promise<void> {
      broken = refuse('request.aborted')
      await before.catch(() => {})
    },
  }
}
