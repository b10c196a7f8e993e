/** The form of an operation: who may do what with which words. The list itself stands in `operations.ts`. */
import type { ZodType } from 'zod'
import type { FaultCode } from '#domain/fault.ts'
import type { Scope } from '#domain/grant.ts'
import type { SenderPurpose } from '#domain/link.ts'

/**
 * Who passes: a stranger, a person of the desk, a sender's session, a reader's token for this case, a reader in person
 * with the session of their link.
 */
export type Gate = 'anyone' | 'operator' | 'sender' | 'reader' | 'guest'

/** Which half of the gateway serves it: the public edge, the portal, or each. */
export type Side = 'intake' | 'portal' | 'each'

/** A JSON body of at most `limit` bytes, or a body of another media type that the door reads itself. */
export type OperationBody =
  | { readonly json: ZodType; readonly limit: number }
  | { readonly type: string; readonly about: string }

/** A JSON reply, header fields alone, or something of another media type. */
export type OperationReply =
  | {
      readonly status: 200 | 201
      readonly json: ZodType
      /** The same words go with this status when the answer is no. */
      readonly otherwise?: 503
    }
  | { readonly status: 200 | 201 | 204 }
  | {
      readonly status: 200
      readonly type: string
      readonly ranges?: true
      /** Further statuses with a body of the same type (204: with none), and what they mean. */
      readonly also?: Readonly<Partial<Record<202 | 204 | 409, string>>>
    }

/** A part of a page, by the name it was given when it was put together. */
export const assetName = /^[A-Za-z0-9_.-]{1,200}$/

export type Operation = {
  readonly side: Side
  readonly method: 'GET' | 'POST' | 'PUT' | 'OPTIONS' | 'HEAD' | 'PATCH' | 'DELETE'
  /** Parameters in braces; each is an id, but those of a DICOM object (UIDs, frames, the place of a value) and `asset`, a name. */
  readonly path: `/${string}`
  readonly gate: Gate
  /** What a reader's token must allow. */
  readonly scope?: Scope
  /** The session may also come as the password of `Authorization: Basic`, for programs that know nothing else. */
  readonly basic?: true
  /** What a sender's request is for; `talk` where nothing is said. */
  readonly purpose?: Exclude<SenderPurpose, 'talk'>
  /** Counted per client address. */
  readonly limited?: true
  readonly summary: string
  readonly body?: OperationBody
  readonly reply: OperationReply
  /** What this operation may refuse beyond what its gate and every operation may. */
  readonly refusals: readonly FaultCode[]
}
