/** The number of a receipt: short enough to be told over the telephone, the same on the page and in the letter. */

/** Ten characters of the receipt's SHA-256, in two groups; `receipt` is the compact JWS. */
export const receiptNumber = async (receipt: string): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(receipt)))
  const hex = Array.from(digest.subarray(0, 5), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 5)}-${hex.slice(5)}`.toUpperCase()
}
