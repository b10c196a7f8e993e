/** In place of a reader of XML that the viewer's library names and we never use. */

/** @throws always: nothing here reads XML. */
const newInstance = (): never => {
  throw new Error('no XML is read here')
}

export const extend = newInstance

// biome-ignore lint/style/noDefaultExport: the library imports it so.
export default { newInstance, extend }
