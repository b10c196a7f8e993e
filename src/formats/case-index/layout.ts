/**
 * Index object: rows of the ledger, sealed, from which the ledger can be made again. Two kinds: everything of one
 * case (`indexes/…`), and a piece of the audit chain (`audit/…`).
 *
 *     index = magic ‖ length of head, 32-bit big-endian ‖ head ‖ body
 *     magic = "SRINDX01" (8 bytes)
 *     head  = canonical JSON (RFC 8785), at most 4,096 bytes:
 *             {"bodyKey":…,"key":…,"kind":"case"|"audit","of":id,"sequence":number,"version":1}
 *     body  = sealed stream under the body key, associated data `indexSeal(kind, of, sequence)`
 *
 * `of` is the case, or for audit the name of a key that seals this piece only. `key` is that case key (32 bytes)
 * wrapped by the master key, as text, exactly as in the ledger's row; `bodyKey` the 32-byte body key wrapped by the
 * case key's wrapping key (AES-KW, RFC 3394: 40 bytes, base64url without padding). Both are null for a case whose
 * key was destroyed, and the object ends after the head: the case is not to come back.
 * `sequence` grows with every index of a case: the highest counts. For audit it is the first entry's number.
 *
 * The body is UTF-8, lines that end with U+000A, each canonical JSON:
 *
 *     {"columns":[[name,kind],…],"table":name}   rows of this table follow, until the next such line
 *     [value,…]                                  one row, its values in the order of the columns
 *
 * Kinds: `text` a string, `number` a number, `bytes` base64url without padding, `time` ISO 8601 in UTC with
 * milliseconds, `texts` an array of strings; null stands for no value in every kind. Tables come in an order in
 * which no row refers to a later one. A table may come several times.
 */
export const indexMagic = Buffer.from('SRINDX01', 'latin1')

/** Magic and length of the head. */
export const startBytes = 12

/** The head holds ids and two wrapped keys; more is not an index of ours. */
export const longestHead = 4_096

/** A row is not longer: the largest is the receipt of 200,000 files. */
export const longestLine = 134_217_728
