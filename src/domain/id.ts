/**
 * Identifiers. Every id is a random UUID (version 4) in lower case: it says nothing about a person, is never
 * reused, and may stand in logs, URLs and queues. The brand keeps one kind from being passed for another.
 */
type Branded<Name extends string> = string & { readonly __id: Name }

export type CaseId = Branded<'case'>
export type SenderId = Branded<'sender'>
export type LinkId = Branded<'link'>
export type SessionId = Branded<'session'>
export type PlanId = Branded<'plan'>
export type PackId = Branded<'pack'>
export type ItemId = Branded<'item'>
export type GrantId = Branded<'grant'>
export type OperatorId = Branded<'operator'>
export type ReaderId = Branded<'reader'>
export type IndexId = Branded<'index'>
export type ConsentId = Branded<'consent'>
export type PushId = Branded<'push'>
export type LetterId = Branded<'letter'>
export type ReceiptAskId = Branded<'receipt-ask'>

export type AnyId =
  | CaseId
  | SenderId
  | LinkId
  | SessionId
  | PlanId
  | PackId
  | ItemId
  | GrantId
  | OperatorId
  | ReaderId
  | IndexId
  | ConsentId
  | PushId
  | LetterId
  | ReceiptAskId

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** True for the canonical lower-case text form of a UUID; nothing else names a thing here. */
export const isId = (text: unknown): text is AnyId => typeof text === 'string' && uuid.test(text)

/** The given text as an id of the wanted kind, or null when it is not one. */
export const readId = <Id extends AnyId>(text: unknown): Id | null => (isId(text) ? (text as Id) : null)
