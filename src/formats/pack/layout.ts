/**
 * Pack: many sealed extents in one object, with what is needed to open it by the case's key alone.
 *
 *     pack     = magic ‖ extent 0 ‖ … ‖ extent m-1 ‖ contents ‖ ending ‖ closing
 *     magic    = "SRPACK01" (8 bytes)
 *     extent   = sealed stream under a key of its own, associated data `extentSeal`
 *     contents = sealed stream of JSON under the pack key, associated data `contentsSeal`
 *     ending   = JSON {"version":1,"pack":id,"case":id,"key":compact JWE of the 32-byte pack key}
 *     closing  = offset of contents, 64-bit big-endian ‖ its length, 32-bit ‖ length of ending, 32-bit ‖ "SRPACKED"
 *
 * Everything that must be known first stands last, so a pack is written in one pass while its bytes arrive.
 * The JSON of contents is {"version":1,"pack","case","sender","extents":[…]}, one array
 * per extent: [item, first chunk, chunks, offset in the object, sealed length, plain
 * length, SHA-256 as base64url, CRC-32, extent key wrapped by the pack key (AES-KW, RFC 3394) as base64url].
 * An item's bytes are its extents in the order of their first chunk.
 */
export const packMagic = Buffer.from('SRPACK01', 'latin1')
export const closingMagic = Buffer.from('SRPACKED', 'latin1')
export const closingBytes = 24

/** The ending holds one JWE and two ids; more is not a pack of ours. */
export const longestEnding = 4_096
