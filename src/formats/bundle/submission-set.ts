/**
 * Submission set: METADATA.XML of IHE XDM (ITI-32; ebRIM 3.0 SubmitObjectsRequest), one entry for each document that
 * lies beside it. Codes say only what is known: that it is a note or a photograph, of a hospital, in a language nobody
 * told. Every UUID and UID follows from case, revision and item.
 */
import type { Cover } from './cover.ts'
import { type FileSet, isDocument, type PlacedFile, submissionFolder } from './file-set.ts'
import { type Html, html, htmlText } from './html.ts'
import { uidOfUuid, uuidOf } from './uuid-uid.ts'

export const submissionPath = `${submissionFolder}/METADATA.XML`

const mediaTypes: Readonly<Record<string, string>> = { pdf: 'application/pdf', dicom: 'application/dicom' }

const mediaTypeOf = ({ item: { kind, facts } }: PlacedFile): string =>
  facts.mediaType ?? mediaTypes[kind] ?? 'application/octet-stream'

/** DTM of IHE ITI TF-3: `YYYYMMDDhhmmss` in UTC. A time no calendar has is left to the revision. */
const timeOf = (moment: number | undefined, revised: Date): string => {
  const date = new Date(moment ?? Number.NaN)
  const year = date.getUTCFullYear()
  const fits = year >= 1900 && year <= 9999
  return (fits ? date : revised).toISOString().slice(0, 19).replace(/\D/g, '')
}

const slot = (name: string, value: string | number): Html =>
  html`<rim:Slot name="${name}"><rim:ValueList><rim:Value>${value}</rim:Value></rim:ValueList></rim:Slot>
`

/** A code of one kind: `[code, scheme, words]`. */
type Code = readonly [code: string, scheme: string, words: string]

const loinc = '2.16.840.1.113883.6.1'
const note: Code = ['34109-9', loinc, 'Note']
const photograph: Code = ['72170-4', loinc, 'Photographic image']
const normal: Code = ['N', '2.16.840.1.113883.5.25', 'normal']
const hospital: Code = ['HOSP', '2.16.840.1.113883.5.111', 'Hospital']
const specialty: Code = ['394658006', '2.16.840.1.113883.6.96', 'Clinical specialty']
const format: Code = [
  'urn:ihe:iti:xds:2017:mimeTypeSufficient',
  '1.3.6.1.4.1.19376.1.2.3',
  'mimeType Sufficient',
]

/** Classification schemes of IHE ITI TF-3 §4.2.3. */
const schemes = {
  classCode: 'urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a',
  typeCode: 'urn:uuid:f0306f51-975f-434e-a61c-c59651d33983',
  formatCode: 'urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d',
  confidentiality: 'urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f',
  facility: 'urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1',
  practice: 'urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead',
  contentType: 'urn:uuid:aa543740-bdda-424e-8c96-df4873be8500',
  setAuthor: 'urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d',
} as const

const identifiers = {
  document: 'urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab',
  documentPatient: 'urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427',
  set: 'urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8',
  setPatient: 'urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446',
  setSource: 'urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832',
} as const

const classify = (of: string, scheme: string, [code, system, words]: Code): Html =>
  html`<rim:Classification id="urn:uuid:${uuidOf('class', of, scheme)}" classificationScheme="${scheme}" classifiedObject="${of}" nodeRepresentation="${code}">
${slot('codingScheme', system)}<rim:Name><rim:LocalizedString value="${words}"/></rim:Name></rim:Classification>
`

const identify = (of: string, scheme: string, name: string, value: string): Html =>
  html`<rim:ExternalIdentifier id="urn:uuid:${uuidOf('identifier', of, scheme)}" identificationScheme="${scheme}" registryObject="${of}" value="${value}">
<rim:Name><rim:LocalizedString value="${name}"/></rim:Name></rim:ExternalIdentifier>
`

/** Patient numbers here are the case's: an assigning authority of our own keeps them from being taken for another's. */
const patientOf = (cover: Cover): string => `${cover.case}^^^&${authorityOf(cover)}&ISO`
const authorityOf = (cover: Cover): string => uidOfUuid(uuidOf('authority', cover.keys))

const writeDocument = (file: PlacedFile, cover: Cover, revised: Date): Html => {
  const { path, item } = file
  const { facts } = item
  const id = `urn:uuid:${item.id}`
  const kind = item.kind === 'picture' ? photograph : note
  const uri = path.slice(submissionFolder.length + 1)
  const patient = patientOf(cover)
  return html`<rim:ExtrinsicObject id="${id}" mimeType="${mediaTypeOf(file)}" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">
${slot('creationTime', timeOf(facts.modified, revised))}${slot('hash', facts.sha1 ?? '')}${slot('languageCode', 'und')}${slot('size', item.size)}${slot('sourcePatientId', patient)}${slot('URI', uri)}<rim:Name><rim:LocalizedString value="${facts.title ?? facts.name ?? uri}"/></rim:Name>
${classify(id, schemes.classCode, kind)}${classify(id, schemes.confidentiality, normal)}${classify(id, schemes.formatCode, format)}${classify(id, schemes.facility, hospital)}${classify(id, schemes.practice, specialty)}${classify(id, schemes.typeCode, kind)}${identify(id, identifiers.documentPatient, 'XDSDocumentEntry.patientId', patient)}${identify(id, identifiers.document, 'XDSDocumentEntry.uniqueId', uidOfUuid(item.id))}</rim:ExtrinsicObject>
`
}

const writePackage = (id: string, cover: Cover, revised: Date): Html => {
  const uid = uidOfUuid(uuidOf('submission', cover.case, cover.revision))
  return html`<rim:RegistryPackage id="${id}" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved">
${slot('submissionTime', timeOf(revised.getTime(), revised))}<rim:Name><rim:LocalizedString value="Records for a second opinion"/></rim:Name>
<rim:Classification id="urn:uuid:${uuidOf('author', id)}" classificationScheme="${schemes.setAuthor}" classifiedObject="${id}" nodeRepresentation="">
${slot('authorInstitution', cover.institution)}</rim:Classification>
${classify(id, schemes.contentType, note)}${identify(id, identifiers.setPatient, 'XDSSubmissionSet.patientId', patientOf(cover))}${identify(id, identifiers.setSource, 'XDSSubmissionSet.sourceId', authorityOf(cover))}${identify(id, identifiers.set, 'XDSSubmissionSet.uniqueId', uid)}</rim:RegistryPackage>
<rim:Classification id="urn:uuid:${uuidOf('node', id)}" classifiedObject="${id}" classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"/>
`
}

const writeMember = (id: string, { item }: PlacedFile): Html =>
  html`<rim:Association id="urn:uuid:${uuidOf('member', id, item.id)}" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember" sourceObject="${id}" targetObject="urn:uuid:${item.id}">
${slot('SubmissionSetStatus', 'Original')}</rim:Association>
`

/** METADATA.XML in UTF-8; null when the bundle has no document that XDM could describe. */
export const writeSubmissionSet = (cover: Cover, set: FileSet, revised: Date): Buffer | null => {
  const documents = set.documents.filter(({ item }) => isDocument(item))
  if (documents.length === 0) return null
  const id = `urn:uuid:${uuidOf('set', cover.case, cover.revision)}`
  return Buffer.from(
    htmlText(html`<?xml version="1.0" encoding="UTF-8"?>
<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">
<rim:RegistryObjectList>
${documents.map((file) => writeDocument(file, cover, revised))}${writePackage(id, cover, revised)}${documents.map((file) => writeMember(id, file))}</rim:RegistryObjectList>
</lcm:SubmitObjectsRequest>
`),
  )
}
