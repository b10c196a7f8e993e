/**
 * Identity check: every file of a pack against the patient of its case, and against what the case shows already.
 * Each identity is compared once, however many files carry it.
 */

import type { ItemId } from './id.ts'
import {
  areOfOnePatient,
  comparePatients,
  type Identity,
  type IdentityCode,
  identityKey,
  isNobody,
} from './identity/compare-patients.ts'
import { findPatient } from './identity/find-patient.ts'
import { isNoName } from './identity/placeholder.ts'
import type { ItemKind } from './item.ts'
import { expectedIdentity, type StatedPatient } from './patient.ts'
import type { SealedFacts } from './study.ts'
import { type VerdictCode, worstOutcome } from './verdict.ts'

/** What a file says of whose it is, as it says it: to read that costs much, and files of a series say the same. */
const asWritten = (one: Identity): string =>
  JSON.stringify([
    one.patientName,
    one.birthDate,
    one.sex,
    one.patientId,
    one.issuerOfPatientId,
    one.otherPatientIds,
  ])

const once = <Out>(work: (identity: Identity) => Out): ((identity: Identity) => Out) => {
  const known = new Map<string, Out>()
  return (identity) => {
    const key = asWritten(identity)
    const found = known.get(key) ?? work(identity)
    known.set(key, found)
    return found
  }
}

/** Codes for whom a file is about; none when that is the patient of the case, or when the desk named nobody. */
const compareWith = (expected: Identity | null): ((of: Identity) => readonly IdentityCode[]) =>
  expected === null || isNoName(expected.patientName)
    ? () => []
    : once((identity) => comparePatients(expected, identity).filter((code) => code !== 'IDENTITY_MATCH'))

/**
 * What the words of a document say of whose it is. Never more than a note or a warning: a document that names the
 * patient may be about somebody else, and one that does not may be a scan.
 */
const ofDocument = (expected: Identity | null, text: string): readonly VerdictCode[] => {
  if (expected === null || isNoName(expected.patientName)) return []
  const { name, birthDate } = findPatient(text, expected)
  return [name && birthDate ? 'IDENTITY_MATCH' : 'PDF_IDENTITY_UNVERIFIED']
}

const isVisible = (codes: readonly VerdictCode[]): boolean =>
  ['accepted', 'accepted_with_warnings'].includes(worstOutcome(codes))

const mostFrequent = (identities: readonly Identity[]): Identity[] => {
  const [first] = [...Map.groupBy(identities, once(identityKey)).values()].toSorted(
    (a, b) => b.length - a.length,
  )
  return first?.slice(0, 1) ?? []
}

type Found = {
  readonly kind: ItemKind
  readonly codes: readonly VerdictCode[]
  readonly facts: Identity
  /** The words of a document. */
  readonly text?: string
}

type Decision = { readonly item: ItemId; readonly codes: readonly VerdictCode[] }

export type IdentityCheck = {
  /** What is to be said of whose a file is, besides the codes it has. The file is remembered. */
  readonly codesOf: (item: ItemId, found: Found) => readonly VerdictCode[]
  /**
   * Keeps files of a second patient from being shown, among files that would be. `shown`: facts of one file of each
   * study that the case shows already; where it shows none, most of these files say whose case it is.
   */
  keepOutStrangers<Some extends Decision>(
    decisions: readonly Some[],
    shown: readonly SealedFacts[],
  ): readonly Some[]
}

/** A check for one pack. `patient`: whom the desk opened the case for; null when that is not known. */
export const identityCheck = (patient: StatedPatient | null): IdentityCheck => {
  const expected = patient === null ? null : expectedIdentity(patient)
  const compare = compareWith(expected)
  const identities = new Map<ItemId, Identity>()
  const namesNobody = once(isNobody)
  return {
    codesOf: (item, { kind, codes, facts, text }) => {
      // Of a file that nothing could look into it is not known that it names nobody.
      const looked = !codes.includes('CHECK_UNAVAILABLE')
      if (!looked || worstOutcome(codes) === 'rejected') return []
      if (kind === 'pdf') return ofDocument(expected, text ?? '')
      if (kind !== 'dicom') return []
      identities.set(item, facts)
      return compare(facts)
    },

    keepOutStrangers: (decisions, shown) => {
      const judged = decisions.flatMap(({ item, codes }) => {
        const identity = identities.get(item)
        return identity === undefined || namesNobody(identity) || !isVisible(codes) ? [] : [identity]
      })
      const present = shown.filter((facts) => !isNobody(facts))
      const known = present.length > 0 ? present : mostFrequent(judged)
      const belongs = once((identity) => known.some((one) => areOfOnePatient(one, identity)))
      return decisions.map((decision) => {
        const identity = identities.get(decision.item)
        return identity === undefined ||
          namesNobody(identity) ||
          !isVisible(decision.codes) ||
          belongs(identity)
          ? decision
          : { ...decision, codes: [...decision.codes, 'BATCH_MIXED_PATIENTS'] }
      })
    },
  }
}
