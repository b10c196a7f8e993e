/** What a person of the desk does about items in quarantine. */
import type { FaultCode } from '#domain/fault.ts'
import type { Operation } from './operation.ts'
import * as quarantine from './quarantine.ts'

const small = 65_536

const notWaiting = [
  'case.not-found',
  'case.closed',
  'item.not-found',
  'item.not-waiting',
] as const satisfies FaultCode[]

/** Operations with the side `portal`. */
export const quarantineOperations = {
  listQuarantine: {
    side: 'portal',
    method: 'GET',
    path: '/api/cases/{case}/quarantine',
    gate: 'operator',
    summary: 'The items of a case that wait for a person, with reasons and what a release takes',
    reply: { status: 200, json: quarantine.quarantineReply },
    refusals: ['case.not-found'],
  },
  listDecisions: {
    side: 'portal',
    method: 'GET',
    path: '/api/cases/{case}/decisions',
    gate: 'operator',
    summary: 'What people decided about items in quarantine, oldest first',
    reply: { status: 200, json: quarantine.decisionsReply },
    refusals: ['case.not-found'],
  },
  release: {
    side: 'portal',
    method: 'POST',
    path: '/api/cases/{case}/items/{item}/release',
    gate: 'operator',
    summary: 'Let an item out of quarantine, or be the first of the two people that takes',
    body: { json: quarantine.releaseRequest, limit: small },
    reply: { status: 200, json: quarantine.decisionReply },
    refusals: [...notWaiting, 'item.locked', 'item.unchecked', 'item.second-person'],
  },
  discard: {
    side: 'portal',
    method: 'POST',
    path: '/api/cases/{case}/items/{item}/discard',
    gate: 'operator',
    summary: 'Take an item out of the case for good; its keys are destroyed',
    body: { json: quarantine.discardRequest, limit: small },
    reply: { status: 200, json: quarantine.decisionReply },
    refusals: notWaiting,
  },
  checkAgain: {
    side: 'portal',
    method: 'POST',
    path: '/api/cases/{case}/items/{item}/check-again',
    gate: 'operator',
    summary: 'Check an item again that no check could look into, with those that came with it',
    reply: { status: 200, json: quarantine.checkAgainReply },
    refusals: [...notWaiting, 'item.checked'],
  },
} as const satisfies Record<string, Operation>
