/**
 * Instance ledger: the DICOM objects of one case that a reader may have, by the numbers that stand in the open. Only
 * what `DeliveryLedger.content` gives is ever here, and every question costs by the size of its case, however much
 * there is beside it. Null when the case or its key is gone, or may not be read.
 */
import type { CaseId, ItemId } from '#domain/id.ts'
import type { InstanceFacts } from '#domain/study.ts'
import type { CaseContent, ReadableItem } from './delivery-ledger.ts'

/** A series as its readable instances have it. */
export type SeriesOutline = {
  readonly studyUid: string
  readonly seriesUid: string
  /** Of its instances, in order; mostly one. */
  readonly modalities: readonly string[]
  readonly sopClasses: readonly string[]
  /** The lowest that an instance gives. */
  readonly number: number | null
  readonly instances: number
  /** The first instance, and its facts: they speak for the series. */
  readonly item: ItemId
  readonly sealedFacts: Uint8Array
}

export type CaseOutline = {
  readonly case: CaseId
  readonly wrappedKey: string
  /** In order of study, number and UID. */
  readonly series: readonly SeriesOutline[]
}

/** A study, a series of it, or one object of that. */
export type InstanceScope = {
  readonly study: string
  readonly series?: string
  readonly instance?: string
}

/**
 * Instances of these series, in their order and there by number and UID; each of the lists narrows, where given. The
 * series are as an outline had them: what nothing narrows is not counted again, and a page is cut by these counts.
 */
export type InstanceQuestion = {
  readonly series: readonly Pick<SeriesOutline, 'studyUid' | 'seriesUid' | 'instances'>[]
  readonly sopUids?: readonly string[]
  readonly sopClasses?: readonly string[]
  readonly numbers?: readonly number[]
  readonly offset: number
  readonly limit: number
}

export type FoundInstance = {
  readonly item: ItemId
  readonly instance: InstanceFacts
  readonly sealedFacts: Uint8Array
}

/** An object with everything that is needed to send it, and nothing about the patient. */
export type ReadableInstance = Omit<ReadableItem, 'sealedFacts'> & { readonly instance: InstanceFacts }

export type InstanceContent = Omit<CaseContent, 'items'> & {
  /** In order of series number, instance number and UID. */
  readonly items: readonly ReadableInstance[]
  /** Instances of the same scope that wait for a person, and are not here. */
  readonly withheld: number
}

export type InstanceLedger = {
  /** The series of a case, or of one study of it. */
  outline(of: CaseId, study?: string): Promise<CaseOutline | null>
  /** One page of them, and how many there are in all. */
  instances(
    of: CaseId,
    question: InstanceQuestion,
  ): Promise<{ readonly total: number; readonly instances: readonly FoundInstance[] }>
  /** Everything in a scope as of one moment. */
  content(of: CaseId, scope: InstanceScope): Promise<InstanceContent | null>
}
