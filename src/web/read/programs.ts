/** Addresses for programs of the reader's own. They hold a token of minutes: made when asked for, and not kept. */

/** At most as many studies as fit an address that every system takes. */
export const mostInWeasis = 20

/**
 * What opens Weasis with these studies (its command `dicom:rs`: `--url` is the DICOMweb base, `-r` what to ask for, `-H` a
 * header of every request). Nothing in it can end a quoted word: addresses, UIDs and tokens have no quotes.
 */
export const weasisAddress = (dicomweb: string, token: string, studies: readonly string[]): string => {
  const wanted = studies
    .slice(0, mostInWeasis)
    .map((uid) => `studyUID=${uid}`)
    .join('&')
  const command = `$dicom:rs --url "${dicomweb}" -r "${wanted}" -H "Authorization: Bearer ${token}"`
  return `weasis://${encodeURIComponent(command)}`
}

/** At most as many studies as fit an address of 4,096 characters, which is less than servers take. */
export const mostInOhif = 50

/**
 * What opens OHIF with these studies: its data source `dicomwebproxy` fetches the file that `url` names, which must have
 * no fragment, and takes the studies from `studyInstanceUIDs` alone, between semicolons; without one it opens nothing
 * (OHIF's `extensions/default/src/DicomWebProxyDataSource/index.ts`). So both stand in an address that the viewer's own
 * server sees, and may write down. The capability ends within ten minutes; a UID names a study only to who has it.
 */
export const ohifAddress = (viewer: string, capability: string, studies: readonly string[]): string => {
  const asked = new URLSearchParams({
    url: `${capability}/ohif.json`,
    studyInstanceUIDs: studies.slice(0, mostInOhif).join(';'),
  })
  return `${viewer}/viewer/dicomwebproxy?${asked.toString()}`
}
