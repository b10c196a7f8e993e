/** What a browser gets before its script runs, and the parts of a page: by name, packed, and kept for ever. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { type Rehearsal, rehearse } from '#http/rehearsal.ts'
import type { Asset, Pages } from '#ports/pages.ts'

let stage: Rehearsal | null = null
const begin = async (needs: Parameters<typeof rehearse>[0] = {}): Promise<string> => {
  stage = await rehearse(needs)
  return stage.url
}
afterEach(async () => {
  await stage?.close()
  stage = null
})

const script = Buffer.from('export const words = 1;'.repeat(200))

const assets: Readonly<Record<string, Asset>> = {
  'send-AAAAAAAA.js': {
    type: 'text/javascript; charset=utf-8',
    bytes: gzipSync(script),
    packed: true,
    decodes: false,
  },
  'font-BBBBBBBB.woff2': { type: 'font/woff2', bytes: Buffer.from('font'), packed: false, decodes: false },
}

const pages: Pages = {
  partsOf: () => ({
    script: 'send-AAAAAAAA.js',
    styles: ['send-CCCCCCCC.css'],
    modules: ['shared-DDDDDDDD.js'],
    icon: 'icon-FFFFFFFF.svg',
    licences: 'licences-GGGGGGGG.txt',
  }),
  asset: (name) => (Object.hasOwn(assets, name) ? (assets[name] ?? null) : null),
}

describe('the page of a link', () => {
  it('reads without its script, in three languages, and names what comes', async () => {
    const url = await begin({ pages, institution: 'Desk of “A & B” <x>', scans: true })
    const reply = await fetch(`${url}/send`)
    const text = await reply.text()
    expect(reply.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self' 'sha256-[^']+='; worker-src 'self'; connect-src 'self'; img-src 'self' blob:; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
    )
    for (const language of ['en', 'hi', 'mr']) expect(text).toContain(`<section lang="${language}">`)
    expect(text).toContain('opening this page has not used up your link')
    expect(text).toContain('<meta name="second-read:institution" content="Desk of “A &amp; B” &lt;x&gt;">')
    expect(text).toContain('<meta name="second-read:scans" content="yes">')
    expect(text).not.toContain('<x>')
    expect(text.match(/<script[^>]*>[^<]*<\/script>/g)).toEqual([
      '<script type="module" src="/assets/send-AAAAAAAA.js"></script>',
    ])
    expect(text).toContain('<link rel="stylesheet" href="/assets/send-CCCCCCCC.css">')
    expect(text.match(/(?<=modulepreload" href="\/assets\/)[^"]+/g)).toEqual(['shared-DDDDDDDD.js'])
    expect(text).toContain('<link rel="icon" href="/assets/icon-FFFFFFFF.svg">')
    expect(text).toContain('<link rel="license" href="/assets/licences-GGGGGGGG.txt">')
    expect(text).not.toMatch(/\son[a-z]+=|\sstyle=|src="http|href="http/)
    expect((await fetch(`${url}/send`, { method: 'HEAD' })).headers.get('content-length')).toBe(
      String(Buffer.byteLength(text)),
    )
  })

  it('says so where nothing is scanned, to people and to its script', async () => {
    const text = await (await fetch(`${await begin({ pages })}/send`)).text()
    expect(text).toContain('does not scan files for malware')
    expect(text).toContain('<meta name="second-read:scans" content="no">')
  })

  it('says how the pages are made where they were not, and the form is there all the same', async () => {
    const text = await (await fetch(`${await begin()}/send`)).text()
    expect(text).toContain('./scripts/build')
    expect(text.match(/action="\/send\/files"/g)).toHaveLength(3)
    expect(text).not.toMatch(/<script|<noscript/)
  })
})

describe('a part of a page', () => {
  const get = (url: string, name: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${url}/assets/${name}`, { method, headers })

  it('comes packed to who can unpack it, and may be kept for ever', async () => {
    const url = await begin({ pages })
    const plain = await get(url, 'send-AAAAAAAA.js', { 'accept-encoding': 'identity' })
    const packed = await get(url, 'send-AAAAAAAA.js', { 'accept-encoding': 'gzip, br' })
    for (const reply of [plain, packed]) {
      expect(Buffer.from(await reply.arrayBuffer())).toEqual(script)
      expect(Object.fromEntries(reply.headers)).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'Accept-Encoding',
        'x-content-type-options': 'nosniff',
      })
      // A worker keeps to the policy of its own script.
      expect(reply.headers.get('content-security-policy')).toContain("connect-src 'self'")
    }
    expect([plain.headers.get('content-encoding'), packed.headers.get('content-encoding')]).toEqual([
      null,
      'gzip',
    ])
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(script.length / 10)
    expect(plain.headers.get('etag')).not.toBe(packed.headers.get('etag'))
    const font = await get(url, 'font-BBBBBBBB.woff2', { 'accept-encoding': 'gzip' })
    expect([font.headers.get('content-encoding'), await font.text()]).toEqual([null, 'font'])
  })

  it('is not sent again to who has it', async () => {
    const url = await begin({ pages })
    const accept = { 'accept-encoding': 'gzip' }
    const tag = (await get(url, 'send-AAAAAAAA.js', accept)).headers.get('etag') ?? ''
    const again = await get(url, 'send-AAAAAAAA.js', { ...accept, 'if-none-match': `"x", W/${tag}` })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag])
    const other = await get(url, 'send-AAAAAAAA.js', { ...accept, 'if-none-match': '"send-AAAAAAAA.js"' })
    expect(other.status).toBe(200)
  })

  it('answers HEAD as GET, without the bytes', async () => {
    const url = await begin({ pages })
    const reply = await get(url, 'send-AAAAAAAA.js', { 'accept-encoding': 'gzip' }, 'HEAD')
    expect([reply.status, await reply.text()]).toEqual([200, ''])
    expect(reply.headers.get('content-length')).toBe(String(assets['send-AAAAAAAA.js']?.bytes.length))
    expect(gunzipSync(assets['send-AAAAAAAA.js']?.bytes ?? '')).toEqual(script)
  })

  it.each([
    'nothing-AAAAAAAA.js',
    'manifest.json',
    '..%2f..%2fpackage.json',
    '__proto__',
    '%00',
    'a'.repeat(5_000),
  ])('is not there under %s', async (name) => {
    const url = await begin({ pages })
    const reply = await get(url, name)
    expect([reply.status, await reply.json()]).toMatchObject([404, { code: 'request.not-found' }])
    expect(reply.headers.get('cache-control')).toBe('private, no-store')
  })
})
