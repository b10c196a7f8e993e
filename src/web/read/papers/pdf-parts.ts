/**
 * What pdf.js needs beside itself, served by us: decoders, character maps, fonts. Without its decoders a scan in JPEG 2000
 * or JBIG2 draws as an empty page and says nothing.
 */
import jbig2 from 'pdfjs-dist/wasm/jbig2.wasm?url'
import openjpeg from 'pdfjs-dist/wasm/openjpeg.wasm?url'
import qcms from 'pdfjs-dist/wasm/qcms_bg.wasm?url'

type Wanted = { readonly kind: string; readonly filename: string }

const maps = import.meta.glob<string>('../../../../node_modules/pdfjs-dist/cmaps/*.bcmap', {
  query: '?url',
  import: 'default',
  eager: true,
})
const fonts = import.meta.glob<string>('../../../../node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}', {
  query: '?url',
  import: 'default',
  eager: true,
})

/** Under the names pdf.js asks for. */
const addresses = new Map([
  ['jbig2.wasm', jbig2],
  ['openjpeg.wasm', openjpeg],
  ['qcms_bg.wasm', qcms],
  ...[maps, fonts]
    .flatMap(Object.entries<string>)
    .map(([path, address]) => [path.split('/').at(-1) ?? path, address] as const),
])

/** As pdf.js calls it: made once a document, asked for a part at a time. @throws Error for a part that is not there */
export class PdfParts {
  async fetch({ filename }: Wanted): Promise<Uint8Array> {
    const address = addresses.get(filename)
    if (address === undefined) throw new Error('no such part')
    const reply = await fetch(address)
    if (!reply.ok) throw new Error(`a part answered ${reply.status}`)
    return new Uint8Array(await reply.arrayBuffer())
  }
}
