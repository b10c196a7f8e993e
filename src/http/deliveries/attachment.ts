/**
 * `Content-Disposition` for a file a stranger named (RFC 6266, RFC 8187): the last part of the name, without
 * signs that could mislead a person or a program, in both spellings.
 */

/** Marks that turn the direction of text: `gpj.exe` must not read `exe.jpg`. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const mostBytes = 120

/** The longest start of the text that fits in `mostBytes` of UTF-8. */
const shorten = (text: string): string => {
  let size = 0
  let end = 0
  for (const sign of text) {
    size += Buffer.byteLength(sign)
    if (size > mostBytes) break
    end += sign.length
  }
  return text.slice(0, end)
}

/** A name that is safe to show and to save under; `fallback` when nothing is left of it. */
export const safeName = (name: string, fallback: string): string => {
  const last = name.toWellFormed().split(/[/\\]/).at(-1) ?? ''
  const plain = last
    .replace(/\p{Cc}/gu, '')
    .replace(turning, '')
    .replace(/[%"<>:|?*]/g, '_')
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(plain)?.[0] ?? ''
  const cut =
    Buffer.byteLength(plain) > mostBytes
      ? `${shorten(plain).slice(0, -ending.length || undefined)}${ending}`
      : plain
  const trimmed = cut.replace(/^[\s.]+|[\s.]+$/gu, '')
  return trimmed === '' ? fallback : trimmed
}

/** The field value; `fallback` is plain ASCII. */
export const attachment = (name: string | null, fallback: string): string => {
  const safe = safeName(name ?? '', fallback)
  const ascii = safe.replace(/[^A-Za-z0-9._-]/g, '_')
  if (ascii === safe) return `attachment; filename="${ascii}"`
  // RFC 8187 §3.2.1: encodeURIComponent leaves four signs that are no attr-char.
  const encoded = encodeURIComponent(safe).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
