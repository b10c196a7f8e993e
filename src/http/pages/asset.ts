/** A part of a page: by its exact name or not at all, packed where the browser can unpack it, kept by it for ever. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { refuse } from '#domain/fault.ts'
import { setBuiltHeaders } from '#http/headers.ts'
import type { CommonNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'

const unpack = promisify<Buffer, Buffer>(gunzip)

/** `GET /assets/{asset}`. */
export const sendAsset =
  ({ pages }: CommonNeeds): Handler<'asset'> =>
  async ({ params, req, res }) => {
    const asset = pages.asset(params.asset)
    if (asset === null) return refuse('request.not-found')
    const packed = asset.packed && req.acceptsEncodings('gzip') === 'gzip'
    // The name has the digest in it; the two forms of it are two representations (RFC 9110 §8.8.3).
    const tag = packed ? `"${params.asset}.gz"` : `"${params.asset}"`
    setBuiltHeaders(res, { decodes: asset.decodes })
    res.setHeader('Cache-Control', 'public, max-age=31536000, immutable')
    res.setHeader('Vary', 'Accept-Encoding')
    res.setHeader('ETag', tag)
    const known = (req.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
    if (known.includes(tag) || known.includes('*')) {
      res.status(304).end()
      return null
    }
    // Every browser takes it packed, and who does not waits a little for it.
    const bytes = asset.packed && !packed ? await unpack(asset.bytes) : asset.bytes
    if (packed) res.setHeader('Content-Encoding', 'gzip')
    res.setHeader('Content-Type', asset.type)
    res.setHeader('Content-Length', bytes.length)
    res.end(bytes)
    return null
  }
