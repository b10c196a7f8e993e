/**
 * The access table: everything that can be asked of the gateway over HTTP, and who passes. A scope stands for a
 * reader whose token has it for the case in the path. A row that is not as the contract says does not compile.
 */
import { sendBundle, sendContent, sendCopy, sendManifest } from './deliveries/records.ts'
import { searchRecords } from './deliveries/search.ts'
import { caseCapabilities } from './dicomweb/capabilities.ts'
import { conformance } from './dicomweb/conformance.ts'
import { retrieveMetadata } from './dicomweb/metadata.ts'
import { ohifSource } from './dicomweb/ohif.ts'
import { retrieveBulk, retrieveFrames } from './dicomweb/parts.ts'
import { retrievePicture } from './dicomweb/pictures.ts'
import { retrieveDicom } from './dicomweb/retrieve.ts'
import { searchDicom } from './dicomweb/search.ts'
import { formDoor } from './doors/multipart.ts'
import { partsDoor } from './doors/parts.ts'
import { plainSend } from './doors/plain-send.ts'
import { storeInstances, storeStudy } from './doors/stow.ts'
import { tusDoor } from './doors/tus.ts'
import * as missing from './handlers/completeness.ts'
import * as copies from './handlers/copies.ts'
import * as desk from './handlers/desk.ts'
import * as introduction from './handlers/introduction.ts'
import * as letters from './handlers/letters.ts'
import * as open from './handlers/open.ts'
import * as push from './handlers/push.ts'
import * as quarantine from './handlers/quarantine.ts'
import * as read from './handlers/read.ts'
import * as send from './handlers/send.ts'
import type { HttpNeeds } from './needs.ts'
import { sendAsset } from './pages/asset.ts'
import { homePage } from './pages/home.ts'
import { readPage } from './pages/read.ts'
import { sendPage } from './pages/send.ts'
import type { Routes } from './route.ts'

/** The table, bound to what it needs. */
// biome-ignore format: one row, one line
export const routes = (needs: HttpNeeds, tus = tusDoor(needs)): Routes => ({
  home:        ['GET',  '/',                                     'anyone',        homePage(needs)],
  sendPage:    ['GET',  '/send',                                 'anyone',        sendPage(needs)],
  plainSend:   ['POST', '/send/files',                           'anyone',        plainSend(needs)],
  asset:       ['GET',  '/assets/{asset}',                       'anyone',        sendAsset(needs)],
  health:      ['GET',  '/healthz',                              'anyone',        open.health],
  ready:       ['GET',  '/readyz',                               'anyone',        open.ready(needs)],
  publicKeys:  ['GET',  '/.well-known/jwks.json',                'anyone',        open.publicKeys(needs)],
  description: ['GET',  '/api/openapi.json',                     'anyone',        open.description(needs)],

  signIn:      ['POST', '/api/operator/sign-in',                 'anyone',        desk.signIn(needs)],
  openCase:    ['POST', '/api/cases',                            'operator',      desk.openCase(needs)],
  listCases:   ['GET',  '/api/cases',                            'operator',      desk.listCases(needs)],
  readCase:    ['GET',  '/api/cases/{case}',                     'operator',      desk.readCase(needs)],
  listSenders: ['GET',  '/api/cases/{case}/senders',             'operator',      introduction.listSenders(needs)],
  listItems:   ['GET',  '/api/cases/{case}/items',               'operator',      desk.listItems(needs)],
  audit:       ['GET',  '/api/cases/{case}/audit',               'operator',      desk.listAudit(needs)],
  openLink:    ['POST', '/api/cases/{case}/links',               'operator',      desk.openLink(needs)],
  listLinks:   ['GET',  '/api/cases/{case}/links',               'operator',      desk.listLinks(needs)],
  renewLink:   ['POST', '/api/links/{link}/renew',               'operator',      desk.renewLink(needs)],
  revokeLink:  ['POST', '/api/links/{link}/revoke',              'operator',      desk.revokeLink(needs)],
  askedLinks:  ['GET',  '/api/asked-links',                      'operator',      desk.askedLinks(needs)],
  listLetters: ['GET',  '/api/cases/{case}/letters',             'operator',      letters.listLetters(needs)],
  readLetter:  ['GET',  '/api/letters/{letter}',                 'operator',      letters.readLetter(needs)],
  dropLetter:  ['DELETE', '/api/letters/{letter}',               'operator',      letters.dropLetter(needs)],
  printLink:   ['POST', '/api/links/{link}/letter',              'operator',      letters.printLink(needs)],
  openGrant:   ['POST', '/api/cases/{case}/grants',              'operator',      desk.openGrant(needs)],
  listGrants:  ['GET',  '/api/cases/{case}/grants',              'operator',      desk.listGrants(needs)],
  revokeGrant: ['POST', '/api/grants/{grant}/revoke',            'operator',      desk.revokeGrant(needs)],

  listQuarantine: ['GET', '/api/cases/{case}/quarantine',        'operator',      quarantine.listQuarantine(needs)],
  listDecisions: ['GET', '/api/cases/{case}/decisions',          'operator',      quarantine.listDecisions(needs)],
  release:     ['POST', '/api/cases/{case}/items/{item}/release', 'operator',     quarantine.release(needs)],
  discard:     ['POST', '/api/cases/{case}/items/{item}/discard', 'operator',     quarantine.discard(needs)],
  checkAgain:  ['POST', '/api/cases/{case}/items/{item}/check-again', 'operator', quarantine.checkAgain(needs)],

  completeness: ['GET', '/api/cases/{case}/completeness',        'operator',      missing.completeness(needs)],
  notes:       ['GET',  '/api/cases/{case}/notes',               'case:read',     missing.notes(needs)],

  askCopy:     ['POST', '/api/cases/{case}/copies',              'operator',      copies.askCopy(needs)],
  listCopies:  ['GET',  '/api/cases/{case}/copies',              'operator',      copies.listCopies(needs)],
  askOwnCopy:  ['POST', '/api/read/copies',                      'guest',         copies.askOwnCopy(needs)],
  listOwnCopies: ['GET', '/api/read/copies',                     'guest',         copies.listOwnCopies(needs)],

  pushCase:    ['POST', '/api/cases/{case}/pushes',              'operator',      push.pushCase(needs)],
  listPushes:  ['GET',  '/api/cases/{case}/pushes',              'operator',      push.listPushes(needs)],

  readPage:    ['GET',  '/read',                                 'anyone',        readPage(needs)],
  inviteReader: ['POST', '/api/cases/{case}/readers',            'operator',      read.inviteReader(needs)],
  listReaders: ['GET',  '/api/cases/{case}/readers',             'operator',      read.listReaders(needs)],
  inviteAgain: ['POST', '/api/readers/{reader}/invite',          'operator',      read.inviteAgain(needs)],
  endReader:   ['POST', '/api/readers/{reader}/end',             'operator',      read.endReader(needs)],
  enterReading: ['POST', '/api/read/enter',                      'anyone',        read.enterReading(needs)],
  viewCase:    ['GET',  '/api/read/case',                        'guest',         read.viewCase(needs)],
  mintGrant:   ['POST', '/api/read/grants',                      'guest',         read.mintGrant(needs)],
  pushRead:    ['POST', '/api/read/pushes',                      'guest',         push.pushRead(needs)],
  listReadPushes: ['GET', '/api/read/pushes',                    'guest',         push.listReadPushes(needs)],
  allowDownload: ['POST', '/api/read/download',                  'guest',         read.allowDownload(needs)],
  leaveReading: ['POST', '/api/read/leave',                      'guest',         read.leaveReading(needs)],

  exchange:    ['POST', '/api/send/exchange',                    'anyone',        send.exchange(needs)],
  introduce:   ['POST', '/api/send/introduce',                   'sender',        introduction.introduce(needs)],
  withdraw:    ['POST', '/api/send/withdraw',                    'sender',        introduction.withdraw(needs)],
  mailReceipt: ['POST', '/api/send/mail-receipt',                'sender',        send.mailReceipt(needs)],
  standing:    ['GET',  '/api/send/standing',                    'sender',        introduction.standing(needs)],
  look:        ['POST', '/api/send/look',                        'anyone',        send.look(needs)],
  askLink:     ['POST', '/api/send/ask-link',                    'anyone',        send.askLink(needs)],
  match:       ['POST', '/api/send/match',                       'sender',        send.match(needs)],
  answer:      ['POST', '/api/send/answer',                      'sender',        send.answer(needs)],
  plan:        ['POST', '/api/send/plan',                        'sender',        send.plan(needs)],
  part:        ['PUT',  '/api/send/part',                        'sender',        partsDoor(needs)],
  files:       ['POST', '/api/send/files',                       'sender',        formDoor(needs)],
  finish:      ['POST', '/api/send/finish',                      'sender',        send.finish(needs)],
  status:      ['GET',  '/api/send/status',                      'sender',        send.status(needs)],

  capabilities: ['OPTIONS', '/dicomweb/',                        'anyone',        open.capabilities(needs)],
  storeInstances: ['POST', '/dicomweb/studies',                  'sender',        storeInstances(needs)],
  storeStudy:  ['POST', '/dicomweb/studies/{study}',             'sender',        storeStudy(needs)],

  conformance: ['GET',  '/dicomweb/conformance',                 'anyone',        conformance],
  caseCapabilities: ['OPTIONS', '/dicomweb/cases/{case}/',       'case:read',     caseCapabilities(needs)],
  ohifSource:  ['GET',  '/dicomweb/cases/{case}/ohif.json',      'case:read',     ohifSource(needs)],
  searchStudies: ['GET', '/dicomweb/cases/{case}/studies',       'case:read',     searchDicom(needs, 'study')],
  searchSeries: ['GET', '/dicomweb/cases/{case}/series',         'case:read',     searchDicom(needs, 'series')],
  searchInstances: ['GET', '/dicomweb/cases/{case}/instances',   'case:read',     searchDicom(needs, 'instance')],
  searchStudySeries: ['GET', '/dicomweb/cases/{case}/studies/{study}/series', 'case:read', searchDicom(needs, 'series')],
  searchStudyInstances: ['GET', '/dicomweb/cases/{case}/studies/{study}/instances', 'case:read', searchDicom(needs, 'instance')],
  searchSeriesInstances: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/instances', 'case:read', searchDicom(needs, 'instance')],
  retrieveStudy: ['GET', '/dicomweb/cases/{case}/studies/{study}', 'case:read',   retrieveDicom(needs)],
  retrieveSeries: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}', 'case:read', retrieveDicom(needs)],
  retrieveInstance: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/instances/{instance}', 'case:read', retrieveDicom(needs)],
  studyMetadata: ['GET', '/dicomweb/cases/{case}/studies/{study}/metadata', 'case:read', retrieveMetadata(needs)],
  seriesMetadata: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/metadata', 'case:read', retrieveMetadata(needs)],
  instanceMetadata: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/instances/{instance}/metadata', 'case:read', retrieveMetadata(needs)],
  retrieveFrames: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/instances/{instance}/frames/{frames}', 'case:read', retrieveFrames(needs)],
  retrieveBulk: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/instances/{instance}/bulkdata/{bulk}', 'case:read', retrieveBulk(needs)],
  renderedStudy: ['GET', '/dicomweb/cases/{case}/studies/{study}/rendered', 'case:read', retrievePicture(needs, 'rendered')],
  renderedSeries: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/rendered', 'case:read', retrievePicture(needs, 'rendered')],
  renderedInstance: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/instances/{instance}/rendered', 'case:read', retrievePicture(needs, 'rendered')],
  renderedFrame: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/rendered', 'case:read', retrievePicture(needs, 'rendered')],
  studyThumbnail: ['GET', '/dicomweb/cases/{case}/studies/{study}/thumbnail', 'case:read', retrievePicture(needs, 'thumbnail')],
  seriesThumbnail: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/thumbnail', 'case:read', retrievePicture(needs, 'thumbnail')],
  instanceThumbnail: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/instances/{instance}/thumbnail', 'case:read', retrievePicture(needs, 'thumbnail')],
  frameThumbnail: ['GET', '/dicomweb/cases/{case}/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/thumbnail', 'case:read', retrievePicture(needs, 'thumbnail')],

  tusOptions:  ['OPTIONS', '/api/send/tus',                      'sender',        tus],
  tusCreate:   ['POST', '/api/send/tus',                         'sender',        tus],
  tusProbe:    ['HEAD', '/api/send/tus/{item}',                  'sender',        tus],
  tusAppend:   ['PATCH', '/api/send/tus/{item}',                 'sender',        tus],
  tusEnd:      ['DELETE', '/api/send/tus/{item}',                'sender',        tus],
  tusInstead:  ['POST', '/api/send/tus/{item}',                  'sender',        tus],

  bundle:      ['GET',  '/api/cases/{case}/bundle',              'case:download', sendBundle(needs)],
  copyBundle:  ['GET',  '/api/cases/{case}/copies/{copy}/bundle', 'case:download', sendCopy(needs)],
  manifest:    ['GET',  '/api/cases/{case}/manifest',            'case:read',     sendManifest(needs)],
  search:      ['POST', '/api/cases/{case}/search',              'case:read',     searchRecords(needs)],
  content:     ['GET',  '/api/cases/{case}/items/{item}/content', 'case:read',    sendContent(needs)],
})
