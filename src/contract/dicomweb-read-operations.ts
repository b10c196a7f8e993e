/**
 * What a viewer or a PACS of a reader asks in the words of DICOMweb (PS3.18): one base address per case,
 * `/dicomweb/cases/{case}`. Answers are made of what the reader may have, and of nothing else.
 */
import { z } from 'zod'
import type { Operation } from './operation.ts'

const base = '/dicomweb/cases/{case}' as const
const series = `${base}/studies/{study}/series/{series}` as const
const instance = `${series}/instances/{instance}` as const

const reading = { side: 'portal', method: 'GET', gate: 'reader', scope: 'case:read' } as const

const found = {
  status: 200,
  type: 'application/dicom+json',
  also: { 204: 'Nothing matches' },
} as const

const searching = { ...reading, reply: found, refusals: ['request.invalid', 'store.damaged'] } as const

const files = {
  ...reading,
  reply: { status: 200, type: 'multipart/related; type="application/dicom"' },
  refusals: ['request.invalid', 'item.not-found', 'store.damaged'],
} as const

const metadata = {
  ...reading,
  reply: { status: 200, type: 'application/dicom+json' },
  refusals: ['request.invalid', 'item.not-found', 'store.damaged'],
} as const

const parts = {
  ...reading,
  reply: { status: 200, type: 'multipart/related; type="application/octet-stream"' },
  refusals: ['request.invalid', 'item.not-found', 'part.not-found', 'part.not-separate', 'store.damaged'],
} as const

const pictures = {
  ...reading,
  reply: { status: 200, type: 'image/png' },
  refusals: ['request.invalid', 'item.not-found', 'part.not-found', 'part.not-separate', 'store.damaged'],
} as const

const small = 'A small picture; a plain sheet where a name may be written into it'

/** Operations with the side `portal`. */
export const dicomwebReadOperations = {
  conformance: {
    side: 'portal',
    method: 'GET',
    path: '/dicomweb/conformance',
    gate: 'anyone',
    summary: 'The DICOM conformance statement, as plain text',
    reply: { status: 200, type: 'text/plain' },
    refusals: [],
  },
  caseCapabilities: {
    ...reading,
    method: 'OPTIONS',
    path: `${base}/`,
    summary: 'What the DICOMweb service of a case does (PS3.18 §8.9)',
    reply: { status: 200, json: z.record(z.string(), z.unknown()) },
    refusals: [],
  },
  searchStudies: {
    ...searching,
    path: `${base}/studies`,
    summary: 'Search studies of the case (QIDO-RS)',
  },
  searchSeries: { ...searching, path: `${base}/series`, summary: 'Search series of the case (QIDO-RS)' },
  searchInstances: {
    ...searching,
    path: `${base}/instances`,
    summary: 'Search instances of the case (QIDO-RS)',
  },
  searchStudySeries: {
    ...searching,
    path: `${base}/studies/{study}/series`,
    summary: 'Search series of a study (QIDO-RS)',
  },
  searchStudyInstances: {
    ...searching,
    path: `${base}/studies/{study}/instances`,
    summary: 'Search instances of a study (QIDO-RS)',
  },
  searchSeriesInstances: {
    ...searching,
    path: `${series}/instances`,
    summary: 'Search instances of a series (QIDO-RS)',
  },
  retrieveStudy: {
    ...files,
    path: `${base}/studies/{study}`,
    summary: 'Every readable instance of a study, as stored (WADO-RS)',
  },
  retrieveSeries: { ...files, path: series, summary: 'Every readable instance of a series (WADO-RS)' },
  retrieveInstance: {
    ...files,
    path: instance,
    summary: 'One instance; as application/dicom also without multipart, and by range (WADO-RS)',
  },
  studyMetadata: {
    ...metadata,
    path: `${base}/studies/{study}/metadata`,
    summary: 'Attributes of every readable instance of a study, without bulk data',
  },
  seriesMetadata: {
    ...metadata,
    path: `${series}/metadata`,
    summary: 'Attributes of every readable instance of a series, without bulk data',
  },
  instanceMetadata: {
    ...metadata,
    path: `${instance}/metadata`,
    summary: 'Attributes of an instance, without bulk data',
  },
  retrieveFrames: {
    ...parts,
    path: `${instance}/frames/{frames}`,
    summary: 'Frames of an instance as stored, by a list of numbers counted from 1',
  },
  retrieveBulk: {
    ...parts,
    path: `${instance}/bulkdata/{bulk}`,
    summary: 'One long value of an instance, where its metadata says BulkDataURI',
  },
  renderedStudy: {
    ...pictures,
    path: `${base}/studies/{study}/rendered`,
    summary: 'A picture of the instance in the middle of a study',
  },
  renderedSeries: {
    ...pictures,
    path: `${series}/rendered`,
    summary: 'A picture of the instance in the middle of a series',
  },
  renderedInstance: {
    ...pictures,
    path: `${instance}/rendered`,
    summary: 'The first frame as PNG, or JPEG where it is stored so; an encapsulated PDF as it is',
  },
  renderedFrame: {
    ...pictures,
    path: `${instance}/frames/{frames}/rendered`,
    summary: 'One frame as PNG, or JPEG where it is stored so',
  },
  studyThumbnail: { ...pictures, path: `${base}/studies/{study}/thumbnail`, summary: small },
  seriesThumbnail: { ...pictures, path: `${series}/thumbnail`, summary: small },
  instanceThumbnail: { ...pictures, path: `${instance}/thumbnail`, summary: small },
  frameThumbnail: { ...pictures, path: `${instance}/frames/{frames}/thumbnail`, summary: small },
} as const satisfies Record<string, Operation>
