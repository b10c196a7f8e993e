/**
 * The STOW-RS door (PS3.18 §10.5): a PACS sends instances as `multipart/related`, or one as it is, under a sender's
 * session. Every part is kept as a file and looked into like any other; the door itself reads only which object each
 * part says it is, to answer under that name, and only when all is durable.
 *
 * A part that names no object, or one of another study than the address, is told as a failure; beside good ones it
 * is kept all the same, and a person of the desk sees it. With no good one, or a body that breaks off or is
 * malformed, nothing is kept.
 */
import type { Request, Response } from 'express'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { freeBytes } from '#domain/free-bytes.ts'
import type { ItemId } from '#domain/id.ts'
import type { CommonNeeds, IntakeNeeds } from '#http/needs.ts'
import { sendProblem } from '#http/problem.ts'
import type { Handler } from '#http/route.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import { type NamedInstance, namedFromBytes } from '#steps/name-instance.ts'
import type { Receiving } from '#steps/receive.ts'
import { readStoreForm, type StoreForm } from './related-type.ts'
import { type PartSink, splitParts } from './split-parts.ts'
import { replyTypes, type StoreOutcome, storeReply } from './store-reply.ts'
import { type BodyTaker, forget, takeBody } from './take-body.ts'

/** Instances of one request: a large study in one, and an end. */
export const mostInstances = 20_000

type StoreNeeds = Pick<IntakeNeeds, 'receive' | 'nameInstance'> & Pick<CommonNeeds, 'ids'>

type Instance = {
  readonly id: ItemId
  readonly size: number
  readonly named: Promise<NamedInstance | null>
}

/** Files as they are taken: their bytes into `receiving`, a copy of their first ones to be named from. */
const takeInstances = ({ nameInstance, ids }: StoreNeeds, receiving: Receiving) => {
  const instances: Instance[] = []
  let id = ids.next<ItemId>()
  let size = 0
  let head = Buffer.alloc(0)
  let room = true

  const sink: PartSink = {
    begin() {
      id = ids.next<ItemId>()
      size = 0
      head = Buffer.allocUnsafeSlow(namedFromBytes)
      receiving.begin(id, 0)
    },
    push(bytes) {
      if (size < namedFromBytes) bytes.copy(head, size)
      size += bytes.length
      room = receiving.push(bytes) && room
    },
    end() {
      receiving.end()
      // It waits for nothing but its turn, so these do not pile up.
      const first = head
      const named = nameInstance(first.subarray(0, size))
        .catch(() => null)
        .finally(() => freeBytes(first))
      instances.push({ id, size, named })
    },
  }
  return {
    sink,
    instances: instances as readonly Instance[],
    /** True, once, when `receiving` wanted a pause since it was last asked. */
    wantsPause: (): boolean => {
      const wanted = !room
      room = true
      return wanted
    },
  }
}

/** One file is a body of one part, whole when the request is. */
const takeOne = (sink: PartSink) => {
  sink.begin()
  return {
    push: (piece: Buffer): boolean => {
      sink.push(piece)
      return true
    },
    end: (): boolean => {
      sink.end()
      return true
    },
  }
}

/** What becomes of a body. Refuses `request.invalid` and `request.too-large`. */
const storeTaker = (
  form: StoreForm,
  { sink, instances, wantsPause }: ReturnType<typeof takeInstances>,
): BodyTaker => {
  const body = form === 'one-file' ? takeOne(sink) : splitParts(form.boundary, sink)
  return {
    take(piece) {
      if (!body.push(piece)) return refuse('request.invalid')
      if (instances.length > mostInstances) return refuse('request.too-large', { most: mostInstances })
      freeBytes(piece)
      return !wantsPause()
    },
    end: () => (body.end() ? null : refuse('request.invalid', { missing: 'last boundary' })),
  }
}

const judge = (named: readonly (NamedInstance | null)[], study: string | null): StoreOutcome => {
  const readable = named.filter((each) => each !== null)
  const isOther = ({ studyUid }: NamedInstance): boolean =>
    study !== null && studyUid !== null && studyUid !== study
  return {
    stored: readable.filter((each) => !isOther(each)),
    otherStudy: readable.filter(isOther),
    unreadable: named.length - readable.length,
  }
}

const accepted = 'multipart/related; type="application/dicom", or application/dicom'

const store = async (
  needs: StoreNeeds,
  { req, res, bearer }: { readonly req: Request; readonly res: Response; readonly bearer: SenderSession },
  study: string | null,
): Promise<Refusal | null> => {
  const coding = req.headers['content-encoding']
  const form = readStoreForm(req.headers['content-type'])
  if (form === 'other-type' || (coding !== undefined && coding !== 'identity'))
    return refuse('request.type', { accepted })
  if (form === 'no-boundary') return refuse('request.invalid', { needed: 'boundary' })
  const type = replyTypes.find((each) => each === req.accepts([...replyTypes]))
  if (type === undefined) {
    sendProblem(req, res, refuse('request.invalid', { available: replyTypes.join(', ') }), { status: 406 })
    return null
  }
  const receiving = needs.receive(bearer)
  try {
    const taking = takeInstances(needs, receiving)
    const refused = await takeBody(req, storeTaker(form, taking), receiving)
    if (refused !== null || taking.instances.length === 0) {
      await forget(receiving)
      return refused ?? refuse('request.invalid', { files: 0 })
    }
    const named = await Promise.all(taking.instances.map((instance) => instance.named))
    const outcome = judge(named, study)
    if (outcome.stored.length === 0) await forget(receiving)
    else {
      const files = taking.instances.map(({ id, size }, index) => {
        const uid = named[index]?.sopUid
        return { id, size, name: uid === undefined ? `part ${index + 1}` : `${uid}.dcm` }
      })
      const received = await receiving.commit(files)
      if (isRefusal(received)) return received
    }
    const { status, body } = storeReply(outcome, type)
    // Some clients read the answer only when its type is exactly this one, with no character set.
    res.status(status).setHeader('Content-Type', type)
    res.setHeader('Content-Length', body.length)
    res.end(body)
    return null
  } catch (error) {
    await forget(receiving)
    throw error
  }
}

/** `POST /dicomweb/studies`: instances of any study. */
export const storeInstances =
  (needs: StoreNeeds): Handler<'storeInstances'> =>
  (call) =>
    store(needs, call, null)

/** `POST /dicomweb/studies/{study}`: instances of this one. */
export const storeStudy =
  (needs: StoreNeeds): Handler<'storeStudy'> =>
  (call) =>
    store(needs, call, call.params.study)
