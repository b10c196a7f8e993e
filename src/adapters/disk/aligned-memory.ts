/**
 * Memory that begins on a page, which Linux wants for reads and writes that go past the page cache (`open(2)`,
 * O_DIRECT). Node gives no other way to ask for it than the memory of a WebAssembly instance.
 */

declare const WebAssembly: {
  Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
}

/** A multiple of every page and sector size: what goes past the cache begins and ends on one. */
export const blockBytes = 4_096

/**
 * Bytes written at once: each time costs a turn of a thread and of the event loop, and the disk's driver. Half as many at
 * once made a received gigabyte 4 % dearer, twice as many no cheaper.
 */
export const pieceBytes = 4_194_304

const wasmPage = 65_536

/** A read of a whole piece may begin and end within a block. */
const pages = pieceBytes / wasmPage + 1

const free: Buffer[] = []

/** A piece of `pieceBytes` and two blocks that nobody else has, its content left over from before. */
export const takePiece = (): Buffer =>
  free.pop() ?? Buffer.from(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer)

/** Gives a piece back for the next one: memory of this kind, once let go, waits for a collection of the whole heap. */
export const givePiece = (piece: Buffer): void => {
  free.push(piece)
}
