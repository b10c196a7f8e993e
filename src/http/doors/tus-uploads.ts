/**
 * What `@tus/server` asks of a store, for one request of one sender: an upload is one announced file. The name goes
 * sealed into the plan and cannot be read back here, so no answer repeats it.
 */
import { DataStore, Upload as TusUpload } from '@tus/server'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { type ItemId, readId } from '#domain/id.ts'
import type { IntakeNeeds } from '#http/needs.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import type { Upload } from '#steps/resume-upload.ts'
import { shownName } from './form-storage.ts'
import { extensions, nameOf } from './tus-terms.ts'

/** The library knows only the time since creation; so creation is told as this long before the end. */
const spanMs = 3_600_000

/** A refusal on its way through the library. `status` where tus has a more exact word. */
export class RefusedUpload extends Error {
  readonly refusal: Refusal
  readonly status: number | undefined

  constructor(refusal: Refusal, status?: number) {
    super(refusal.refused)
    this.refusal = refusal
    this.status = status
  }
}

const granted = <T>(outcome: T | Refusal): T => {
  if (isRefusal(outcome)) throw new RefusedUpload(outcome)
  return outcome
}

export type UploadNeeds = Pick<IntakeNeeds, 'planSend' | 'findUpload' | 'dropUpload' | 'receive'>

/** `take` moves the request's bytes; `created` is the upload that this request began. */
export const openUploads = (
  needs: UploadNeeds,
  session: SenderSession,
  take: (upload: Upload) => Promise<number | Refusal>,
) => {
  const begun = new Date(session.endsAt.getTime() - spanMs).toISOString()
  let known: Upload | null = null
  let created: ItemId | null = null

  const find = async (id: string): Promise<Upload> => {
    const item = readId<ItemId>(id)
    const found = item === null ? refuse('item.not-found') : await needs.findUpload(session, item)
    const upload = granted(found)
    if (upload.gone) throw new RefusedUpload(refuse('item.not-found'), 410)
    return upload
  }

  /** An empty file has one empty chunk, and no request will bring it. */
  const takeNothing = async (item: ItemId): Promise<void> => {
    const receiving = needs.receive(session)
    receiving.begin(item, 0)
    receiving.end()
    granted(await receiving.commit())
  }

  const store: DataStore = Object.assign(new DataStore(), {
    extensions,
    getExpiration: () => spanMs,

    create: async (upload: TusUpload): Promise<TusUpload> => {
      const file = { path: shownName(nameOf(upload.metadata)), size: upload.size ?? 0, modified: null }
      const [planned] = granted(await needs.planSend(session, [{ ...file, alone: true }]))
      if (planned === undefined) throw new Error('a plan without its file')
      created = planned.id
      known = { id: planned.id, size: planned.size, arrived: 0, gone: false }
      if (planned.size === 0) await takeNothing(planned.id)
      return Object.assign(upload, { id: planned.id, creation_date: begun })
    },

    getUpload: async (id: string): Promise<TusUpload> => {
      known = await find(id)
      const { size, arrived } = known
      return new TusUpload({ id, size, offset: arrived, creation_date: begun })
    },

    write: async (nothing: { resume(): unknown }): Promise<number> => {
      nothing.resume()
      if (known === null) throw new Error('bytes for no upload')
      const taken = await take(known)
      // Told to stop because somebody came later: Locked (RFC 4918 §11.3), as tus servers say it.
      if (isRefusal(taken) && taken.refused === 'state.conflict') throw new RefusedUpload(taken, 423)
      return granted(taken)
    },

    remove: async (id: string): Promise<void> => {
      const { id: item } = await find(id)
      granted(await needs.dropUpload(session, item))
    },
  })
  return {
    store,
    get created() {
      return created
    },
  }
}
