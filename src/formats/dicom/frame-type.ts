/** The media types of frames by how they are stored (PS3.18 Table 8.7.3-2). */

const types: Readonly<Record<string, string>> = {
  '5': 'image/dicom-rle',
  '4.50': 'image/jpeg',
  '4.51': 'image/jpeg',
  '4.57': 'image/jpeg',
  '4.70': 'image/jpeg',
  '4.80': 'image/jls',
  '4.81': 'image/jls',
  '4.90': 'image/jp2',
  '4.91': 'image/jp2',
  '4.92': 'image/jpx',
  '4.93': 'image/jpx',
  '4.201': 'image/jphc',
  '4.202': 'image/jphc',
  '4.203': 'image/jphc',
  '4.110': 'image/jxl',
  '4.111': 'image/jxl',
  '4.112': 'image/jxl',
  '4.100': 'video/mpeg',
  '4.101': 'video/mpeg',
  '4.102': 'video/mp4',
  '4.103': 'video/mp4',
  '4.104': 'video/mp4',
  '4.105': 'video/mp4',
  '4.106': 'video/mp4',
  '4.107': 'video/H265',
  '4.108': 'video/H265',
}

const base = '1.2.840.10008.1.2.'

/** The media type of a frame of encapsulated pixels; the fragmentable forms end with `.1`. */
export const frameType = (transferSyntax: string): string => {
  const rest = transferSyntax.startsWith(base) ? transferSyntax.slice(base.length) : ''
  return types[rest] ?? types[rest.replace(/^(4\.10\d)\.1$/, '$1')] ?? 'application/octet-stream'
}
