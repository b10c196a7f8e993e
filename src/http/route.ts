/** What a row of the access table is: typed from the contract, so that a wrong one does not compile. */
import type { Request, Response } from 'express'
import type { z } from 'zod'
import type { Operation } from '#contract/operation.ts'
import type { OperationName, Operations } from '#contract/operations.ts'
import type { Refusal } from '#domain/fault.ts'
import type { CaseId, CopyId, GrantId, ItemId, LetterId, LinkId, OperatorId, ReaderId } from '#domain/id.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import type { ReadingSession } from '#ports/reader-ledger.ts'
import type { Reader } from '#steps/authorize.ts'

/** Those of a DICOM object are UIDs, a list of frames, and the place of a value. */
type Parts = Record<'study' | 'series' | 'instance' | 'frames' | 'bulk', string>

type Ids = {
  case: CaseId
  copy: CopyId
  item: ItemId
  letter: LetterId
  link: LinkId
  grant: GrantId
  reader: ReaderId
  asset: string
} & Parts

type ParamsOf<Path> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends keyof Ids ? { readonly [K in Name]: Ids[K] } : never) & ParamsOf<Rest>
  : unknown

type Bearers = {
  anyone: null
  operator: OperatorId
  sender: SenderSession
  reader: Reader
  guest: ReadingSession
}

/** A request that has passed its gate and whose words are as the contract says. */
export type Call<Op extends Operation> = {
  readonly params: ParamsOf<Op['path']>
  readonly body: Op extends { readonly body: { readonly json: infer S extends z.ZodType } }
    ? z.output<S>
    : null
  readonly bearer: Bearers[Op['gate']]
  readonly req: Request
  readonly res: Response
}

type ReplyOf<Op extends Operation> = Op extends {
  readonly reply: { readonly json: infer S extends z.ZodType }
}
  ? z.output<S>
  : null

/** Answers what is to be sent as JSON, or null when there is nothing to say or it was sent already. */
export type Handler<Name extends OperationName> = (
  call: Call<Operations[Name]>,
) => ReplyOf<Operations[Name]> | Refusal | null | Promise<ReplyOf<Operations[Name]> | Refusal | null>

/** Who passes, in one word: a scope stands for a reader who has it. */
type GateWord<Op extends Operation> = Op extends { readonly scope: infer S } ? S : Op['gate']

/** Method, path, who passes, what happens. */
export type Route<Name extends OperationName> = readonly [
  Operations[Name]['method'],
  Operations[Name]['path'],
  GateWord<Operations[Name]>,
  Handler<Name>,
]

/** Every operation once, none more. */
export type Routes = { readonly [Name in OperationName]: Route<Name> }
