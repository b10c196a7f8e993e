/**
 * The small shapes every request and reply is made of: ids, times, texts a person typed, sizes. Every text is
 * bounded and free of control characters; every number has a smallest and a largest value.
 */
import { z } from 'zod'

/** A lower-case UUID. Which kind of thing it names follows from where it stands. */
export const id = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  .describe('A lower-case UUID')

/** A moment, RFC 3339 in UTC. */
export const time = z.iso.datetime().describe('A moment in UTC')

/** One line a person typed, 1 to `most` UTF-16 code units, no control characters. */
export const line = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^\P{Cc}*$/u)
    .refine((text) => text.isWellFormed(), 'half of a surrogate pair')

/** Several lines a person typed: tab and line breaks are the only control characters. */
export const prose = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^(?:\P{Cc}|[\t\r\n])*$/u)
    .refine((text) => text.isWellFormed(), 'half of a surrogate pair')

/** Text without spaces that we made ourselves: a token, a code, a compact JWS. */
export const token = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[A-Za-z0-9._~+/=-]+$/)

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number) => z.int().min(least).max(most)

/** Bytes of one file: at most 1 TiB. */
export const fileSize = whole(0, 1_099_511_627_776)

/** Milliseconds since 1970, as far as ECMAScript dates go. */
export const instant = whole(-8_640_000_000_000_000, 8_640_000_000_000_000)

/** A count or sum in a reply. */
export const count = z.int().min(0)
