/**
 * Where OHIF finds the case: the little file its data source `dicomwebproxy` reads before anything else. It names the
 * address it was asked by, so it holds nothing that who asks does not have.
 */
import { refuse } from '#domain/fault.ts'
import type { CommonNeeds, PortalNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import { baseOf } from './address.ts'

/**
 * `GET …/ohif.json`. Which words it needs: OHIF's `extensions/default/src/DicomWebProxyDataSource/index.ts` (that some
 * of its versions look for them below `configuration` and others beside it, hence both) and `DicomWebConfig` in
 * `extensions/default/src/DicomWebDataSource/index.ts`.
 */
export const ohifSource =
  ({ publicUrl, ohifUrl }: Pick<CommonNeeds & PortalNeeds, 'publicUrl' | 'ohifUrl'>): Handler<'ohifSource'> =>
  ({ req, bearer }) => {
    if (ohifUrl === null) return refuse('request.not-found')
    const base = baseOf(req, publicUrl, bearer.case)
    const configuration = {
      name: 'second-read',
      friendlyName: 'Second Read',
      qidoRoot: base,
      wadoRoot: base,
      qidoSupportsIncludeField: true,
      supportsFuzzyMatching: false,
      supportsWildcard: true,
      // A reader's address changes nothing.
      supportsReject: false,
      supportsStow: false,
      dicomUploadEnabled: false,
      imageRendering: 'wadors',
      thumbnailRendering: 'wadors',
      enableStudyLazyLoad: true,
      bulkDataURI: { enabled: true },
      // Long values as they are; else it asks for octets alone and gets no document.
      singlepart: 'bulkdata',
      // With quotes in `Accept` a browser asks for leave before every single frame.
      omitQuotationForMultipartRequest: true,
    } as const
    return { servers: { dicomWeb: [{ ...configuration, configuration }] } }
  }
