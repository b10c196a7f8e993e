/** Addresses for programs of the reader's own. They hold a token of minutes: made when asked for, and not kept. */

/** At most as many studies as fit an address that every system takes. */
const mostStudies = 20

/**
 * What opens Weasis with these studies (its command `dicom:rs`: `--url` is the DICOMweb base, `-r` what to ask for, `-H` a
 * header of every request). Nothing in it can end a quoted word: addresses, UIDs and tokens have no quotes.
 */
export const weasisAddress = (dicomweb: string, token: string, studies: readonly string[]): string => {
  const wanted = studies
    .slice(0, mostStudies)
    .map((uid) => `studyUID=${uid}`)
    .join('&')
  const command = `$dicom:rs --url "${dicomweb}" -r "${wanted}" -H "Authorization: Bearer ${token}"`
  return `weasis://${encodeURIComponent(command)}`
}
