/**
 * What the ledger suites share: all ledgers over one store, and small stories that bring them to where a
 * question can be asked. Everything random is opaque bytes: no ledger may look into it.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { isRefusal } from '#domain/fault.ts'
import type { AnyId, CaseId, ItemId, LinkId, PackId, PlanId, SenderId, SessionId } from '#domain/id.ts'
import { chunkBytes, chunkCount } from '#domain/item.ts'
import type { ServedCopy } from '#domain/patch.ts'
import type { InstanceFacts } from '#domain/study.ts'
import type { AdmissionLedger, ArrivedPack, ItemDecision } from './admission-ledger.ts'
import type { ArchiveLedger } from './archive-ledger.ts'
import type { AuditLedger } from './audit-ledger.ts'
import type { CaseLedger } from './case-ledger.ts'
import type { DecisionLedger } from './decision-ledger.ts'
import type { DeliveryLedger } from './delivery-ledger.ts'
import type { InstanceLedger } from './instance-ledger.ts'
import type { IntakeLedger, NewPack, PlannedFile, PlannedItem } from './intake-ledger.ts'
import type { IntroductionLedger } from './introduction-ledger.ts'
import type { LetterLedger } from './letter-ledger.ts'
import type { LinkLedger, NewLink } from './link-ledger.ts'
import type { OperatorLedger } from './operator-ledger.ts'
import type { PushLedger } from './push-ledger.ts'
import type { ReaderLedger } from './reader-ledger.ts'

export type Ledgers = {
  readonly cases: CaseLedger
  readonly links: LinkLedger
  readonly introductions: IntroductionLedger
  readonly letters: LetterLedger
  readonly intake: IntakeLedger
  readonly admission: AdmissionLedger
  readonly archives: ArchiveLedger
  readonly delivery: DeliveryLedger
  readonly instances: InstanceLedger
  readonly readers: ReaderLedger
  readonly pushes: PushLedger
  readonly decisions: DecisionLedger
  readonly audit: AuditLedger
  readonly operators: OperatorLedger
}

export type LedgersUnderTest = Ledgers & {
  /** Leaves a case without its keys, as its erasure does. */
  destroyKey(id: CaseId): Promise<void>
}

/** Opens ledgers that hold nothing yet. */
export type OpenLedgers = () => Promise<LedgersUnderTest>

/** When every story begins. */
export const noon = new Date('2026-11-02T12:00:00.000Z')

/** That moment and this many seconds more. */
export const after = (seconds: number): Date => new Date(noon.getTime() + seconds * 1000)

/** A random id of the wanted kind. */
export const newId = <Id extends AnyId>(): Id => randomUUID() as Id

/** Random bytes that compare equal to what a ledger gives back. */
export const bytes = (length = 32): Uint8Array => new Uint8Array(randomBytes(length))

/** Bytes as a ledger gave them, comparable with `bytes`. */
export const plain = (value: Uint8Array | null): Uint8Array | null => value && new Uint8Array(value)

/** Runs `work` `count` times at once. */
export const race = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

/** What an outcome refused, or null when it did not. */
export const refusedOf = (outcome: unknown): string | null => (isRefusal(outcome) ? outcome.refused : null)

/** An outcome that must not be a refusal. */
export const granted = <T>(outcome: T): Exclude<T, { readonly refused: unknown }> => {
  if (isRefusal(outcome)) throw new Error(`refused: ${outcome.refused}`)
  return outcome as Exclude<T, { readonly refused: unknown }>
}

/** A case as the desk opens it. */
export const openCase = async ({ cases }: Pick<Ledgers, 'cases'>, at = noon): Promise<CaseId> => {
  const id = newId<CaseId>()
  const keys = { wrappedKey: `wrapped ${id}`, intakeKey: `intake ${id}` }
  await cases.openCase({ id, keys, details: bytes(), at })
  return id
}

/** One more sender of a case. */
export const addSender = async ({ cases }: Pick<Ledgers, 'cases'>, of: CaseId): Promise<SenderId> => {
  const id = newId<SenderId>()
  await cases.addSender({ id, case: of, role: 'patient', details: bytes(), at: noon })
  return id
}

/** A case and its one sender. */
export const openSender = async (ledgers: Pick<Ledgers, 'cases'>): Promise<Sending> => {
  const id = await openCase(ledgers)
  return { case: id, sender: await addSender(ledgers, id) }
}

export type Sending = { readonly case: CaseId; readonly sender: SenderId }

/** A link for a sender, live for a week. */
export const openLink = async (
  { links }: Pick<Ledgers, 'links'>,
  sending: Sending,
  over: Partial<NewLink> = {},
): Promise<NewLink> => {
  const link = {
    ...sending,
    id: newId<LinkId>(),
    secretHash: bytes(),
    check: 'none' as const,
    codeHash: null,
    language: 'en' as const,
    sealedFacts: null,
    expiresAt: after(7 * 86_400),
    maxUses: null,
    at: noon,
    ...over,
  }
  await links.openLink(link)
  return link
}

/** What `exchange` is given of a session to be. */
export const newSession = (at: Date): { id: SessionId; tokenHash: Uint8Array; at: Date } => ({
  id: newId<SessionId>(),
  tokenHash: bytes(),
  at,
})

/** A file to announce. */
export const newFile = (size: number): PlannedFile => ({
  id: newId<ItemId>(),
  fingerprint: bytes(),
  size,
  sealedName: bytes(60),
})

/** A file of four chunks, the last one short. */
export const newLargeFile = (): PlannedFile => newFile(3 * chunkBytes + 7)

/** Announces files; throws when refused. */
export const announce = async (
  { intake }: Pick<Ledgers, 'intake'>,
  sending: Sending,
  files: readonly PlannedFile[],
  at = noon,
): Promise<readonly PlannedItem[]> =>
  granted(
    await intake.plan(
      { id: newId<PlanId>(), ...sending, archive: null, lockedKey: 'plan key', at },
      files,
      1_000,
    ),
  )

/** A run of an item's chunks as a pack carries it: `[file, first, count]`. */
export type Run = readonly [file: Pick<PlannedFile, 'id' | 'size'>, first?: number, count?: number]

/** A pack of these runs: whole files where no run is given. */
export const newPack = (sending: Sending, runs: readonly Run[], at = noon): NewPack => {
  const id = newId<PackId>()
  return {
    id,
    ...sending,
    size: 1_000,
    heads: null,
    lockedKey: `pack key ${id}`,
    at,
    extents: runs.map(([file, first = 0, count = chunkCount(file.size) - first]) => ({
      pack: id,
      item: file.id,
      first,
      count,
      offset: 100,
      sealedLength: 200,
      length: Math.min(file.size, (first + count) * chunkBytes) - first * chunkBytes,
      sha256: bytes(),
      crc32: 0xfedcba98,
      wrappedKey: bytes(40),
    })),
  }
}

/** Announces new files of these sizes and records one pack with all their bytes. */
export const arrive = async (
  ledgers: Pick<Ledgers, 'intake'>,
  sending: Sending,
  sizes: readonly number[],
  at = noon,
): Promise<{ readonly files: readonly PlannedFile[]; readonly pack: NewPack }> => {
  const files = sizes.map(newFile)
  await announce(ledgers, sending, files, at)
  const pack = newPack(
    sending,
    files.map((file) => [file]),
    at,
  )
  granted(await ledgers.intake.recordPacks([pack]))
  return { files, pack }
}

/** A worker's view of a pack that must be there. */
export const take = async ({ admission }: Pick<Ledgers, 'admission'>, id: PackId): Promise<ArrivedPack> => {
  const pack = await admission.takePack(id)
  if (pack === null) throw new Error('no such pack')
  return pack
}

/** Facts of a DICOM instance, every number random. */
export const newInstance = (over: Partial<InstanceFacts> = {}): InstanceFacts => ({
  studyUid: `1.2.${randomBytes(4).readUInt32BE()}`,
  seriesUid: `1.3.${randomBytes(4).readUInt32BE()}`,
  sopUid: `1.4.${randomBytes(4).readUInt32BE()}`,
  sopClass: '1.2.840.10008.5.1.4.1.1.2',
  transferSyntax: '1.2.840.10008.1.2.1',
  modality: 'CT',
  seriesNumber: 2,
  instanceNumber: null,
  rows: 512,
  columns: 512,
  frames: 1,
  ...over,
})

/** What goes out of a file of at least 128 bytes in its place. */
export const newServed = (): ServedCopy => ({
  patches: [{ at: 0, length: 128, bytes: bytes(3) }],
  sha256: bytes(),
  crc32: 0xcafebabe,
})

/** A decision on every item of a pack, accepted unless `over` says otherwise. */
export const decideAll = (
  pack: ArrivedPack,
  over: Partial<ItemDecision> | ((index: number) => Partial<ItemDecision>) = {},
): ItemDecision[] =>
  pack.items.map((item, index) => ({
    item: item.id,
    kind: 'other',
    codes: [],
    sha256: bytes(),
    crc32: 0x89abcdef,
    sealedFacts: bytes(80),
    instance: null,
    pages: null,
    keys: item.extents.map((extent) => caseKeyOf(item.id, extent.first)),
    ...(typeof over === 'function' ? over(index) : over),
  }))

/** The key of an extent as the case would wrap it: told by item and run, so that a mix-up shows. */
export const caseKeyOf = (item: ItemId, first: number): Uint8Array =>
  new Uint8Array(createHash('sha256').update(`${item} ${first}`).digest())

/** Takes a pack and admits every item of it; accepted unless `over` says otherwise. */
export const admitAll = async (
  ledgers: Pick<Ledgers, 'admission'>,
  id: PackId,
  over: Parameters<typeof decideAll>[1] = {},
  at = noon,
): Promise<readonly ItemDecision[]> => {
  const pack = await take(ledgers, id)
  const decisions = decideAll(pack, over)
  return ledgers.admission.admit(pack, decisions, () => decisions, at)
}
