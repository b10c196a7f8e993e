/**
 * Prints the sheet that hands out a link: one page of A4 with a QR code of the whole link, the same words in each
 * language, and the link as text. Contract: what is read back from the page, by a camera or as text, is what was
 * given, whatever its script; a sheet that is too long for its page is set smaller, never cut. It is made in memory
 * and kept nowhere.
 */
import type { SheetPart } from '#domain/letter.ts'

export type LinkSheet = {
  readonly institution: string
  readonly contact: string
  readonly url: string
  readonly parts: readonly SheetPart[]
}

export type PrintSheet = (sheet: LinkSheet) => Promise<Uint8Array>
