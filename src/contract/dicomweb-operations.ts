/** What a PACS asks of the public edge in the words of DICOMweb (PS3.18). Its base address is `/dicomweb`. */
import { z } from 'zod'
import type { Operation } from './operation.ts'

const about =
  'multipart/related; type="application/dicom" with one Part 10 file a part, or one file as application/dicom. At ' +
  'most 20,000 instances. Metadata with bulk data apart (application/dicom+json, +xml) is not taken.'

const reply = {
  status: 200,
  type: 'application/dicom+json',
  also: {
    202: 'Some were stored; the others are listed with their reason',
    409: 'None was stored; the reasons are listed',
  },
} as const

const refusals = ['request.too-slow', 'plan.too-many', 'case.closed', 'store.full'] as const

/** Operations with the side `intake`. */
export const dicomwebOperations = {
  capabilities: {
    side: 'intake',
    method: 'OPTIONS',
    path: '/dicomweb/',
    gate: 'anyone',
    summary: 'What this DICOMweb service does (PS3.18 §8.9)',
    reply: { status: 200, json: z.record(z.string(), z.unknown()) },
    refusals: [],
  },
  storeInstances: {
    side: 'intake',
    method: 'POST',
    path: '/dicomweb/studies',
    gate: 'sender',
    purpose: 'bring',
    basic: true,
    summary: 'Store instances (STOW-RS); answered when all of them are durable',
    body: { type: 'multipart/related', about },
    reply,
    refusals,
  },
  storeStudy: {
    side: 'intake',
    method: 'POST',
    path: '/dicomweb/studies/{study}',
    gate: 'sender',
    purpose: 'bring',
    basic: true,
    summary: 'Store instances of one study (STOW-RS); those of another one fail',
    body: { type: 'multipart/related', about },
    reply,
    refusals,
  },
} as const satisfies Record<string, Operation>
