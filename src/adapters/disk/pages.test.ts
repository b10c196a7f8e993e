/** The folder of pages as Vite leaves it: what is in it is served by its name, and nothing else ever. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPages } from './pages.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'second-read-pages-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, text: string | Uint8Array): void => writeFileSync(join(folder, name), text)

const script = 'export const words = "the same again and again";'.repeat(40)

const writeAll = (): void => {
  write('send-AAAAAAAA.js', script)
  write('shared-BBBBBBBB.js', 'export {}')
  write('deep-CCCCCCCC.js', 'export {}')
  write('send-DDDDDDDD.css', 'main{}')
  write('worker-EEEEEE_-.js', 'onmessage')
  write('hi-FFFFFFFF.js', 'export {}')
  write(
    'font-GGGGGGGG.woff2',
    Uint8Array.from({ length: 300 }, (_, index) => (index * 167 + 13) % 256),
  )
  write('icon-IIIIIIII.svg', '<svg/>')
  write('licences-JJJJJJJJ.txt', 'MIT')
  write('notes-HHHHHHHH.doc', 'not for browsers')
  write('.made-of', 'x')
  write(
    'manifest.json',
    JSON.stringify({
      'send/main.tsx': {
        file: 'send-AAAAAAAA.js',
        name: 'send',
        src: 'send/main.tsx',
        isEntry: true,
        imports: ['_shared.js'],
        dynamicImports: ['hi.ts'],
        css: ['send-DDDDDDDD.css'],
        assets: ['font-GGGGGGGG.woff2'],
      },
      '_shared.js': { file: 'shared-BBBBBBBB.js', imports: ['_deep.js'], assets: ['worker-EEEEEE_-.js'] },
      '_deep.js': { file: 'deep-CCCCCCCC.js', imports: ['_shared.js'], css: ['send-DDDDDDDD.css'] },
      'hi.ts': { file: 'hi-FFFFFFFF.js', isDynamicEntry: true },
      'icon.svg': { file: 'icon-IIIIIIII.svg' },
      'licences.txt': { file: 'licences-JJJJJJJJ.txt' },
    }),
  )
}

describe('readPages', () => {
  it('lets only the workers of the readers’ page decode, those of its later chunks among them', async () => {
    writeAll()
    write('read-IIIIIIII.js', 'export {}')
    write('viewer-JJJJJJJJ.js', 'export {}')
    write('decoder-KKKKKKKK.js', 'onmessage')
    write('codec-LLLLLLLL.wasm', 'asm')
    write(
      'manifest.json',
      JSON.stringify({
        'send/main.tsx': {
          file: 'send-AAAAAAAA.js',
          name: 'send',
          isEntry: true,
          assets: ['worker-EEEEEE_-.js'],
        },
        'read/main.tsx': {
          file: 'read-IIIIIIII.js',
          name: 'read',
          isEntry: true,
          dynamicImports: ['viewer'],
        },
        viewer: { file: 'viewer-JJJJJJJJ.js', assets: ['decoder-KKKKKKKK.js', 'codec-LLLLLLLL.wasm'] },
      }),
    )
    const pages = await readPages(folder)
    expect(pages.partsOf('read')).toMatchObject({ script: 'read-IIIIIIII.js', modules: [] })
    const decodes = (name: string) => pages.asset(name)?.decodes
    expect(['decoder-KKKKKKKK.js', 'viewer-JJJJJJJJ.js', 'worker-EEEEEE_-.js'].map(decodes)).toEqual([
      true,
      false,
      false,
    ])
    expect(pages.asset('codec-LLLLLLLL.wasm')?.type).toBe('application/wasm')
  })

  it('says what a page loads at once, however deep, and nothing twice', async () => {
    writeAll()
    expect((await readPages(folder)).partsOf('send')).toEqual({
      script: 'send-AAAAAAAA.js',
      styles: ['send-DDDDDDDD.css'],
      modules: ['shared-BBBBBBBB.js', 'deep-CCCCCCCC.js'],
      icon: 'icon-IIIIIIII.svg',
      licences: 'licences-JJJJJJJJ.txt',
    })
  })

  it('has every part by its name with its type, packed where that is worth it', async () => {
    writeAll()
    const pages = await readPages(folder)
    const read = pages.asset('send-AAAAAAAA.js')
    expect([read?.type, read?.packed]).toEqual(['text/javascript; charset=utf-8', true])
    expect(gunzipSync(read?.bytes ?? Buffer.alloc(0)).toString()).toBe(script)
    expect(pages.asset('send-DDDDDDDD.css')?.type).toBe('text/css; charset=utf-8')
    expect(pages.asset('hi-FFFFFFFF.js')?.bytes.toString()).toBe('export {}')
    const font = pages.asset('font-GGGGGGGG.woff2')
    expect([font?.type, font?.bytes.length, font?.packed]).toEqual(['font/woff2', 300, false])
  })

  it('has nothing else, whatever it is called', async () => {
    writeAll()
    const pages = await readPages(folder)
    for (const name of [
      'manifest.json',
      '.made-of',
      'notes-HHHHHHHH.doc',
      '../pages',
      '',
      '__proto__',
      'toString',
    ])
      expect(pages.asset(name)).toBeNull()
  })

  it('keeps what it has read when the folder goes', async () => {
    writeAll()
    const pages = await readPages(folder)
    rmSync(folder, { recursive: true })
    expect(pages.asset('deep-CCCCCCCC.js')?.bytes.toString()).toBe('export {}')
  })

  it('is no pages where none were put together', async () => {
    const pages = await readPages(join(folder, 'nowhere'))
    expect([pages.partsOf('send'), pages.asset('send-AAAAAAAA.js')]).toEqual([null, null])
  })

  it.each([
    ['no JSON', '{'],
    ['another shape', '{"send":{"file":1}}'],
    ['a part that is not there', '{"s":{"file":"gone-AAAAAAAA.js","name":"send","isEntry":true}}'],
  ])('says what to do about %s', async (_, manifest) => {
    write('manifest.json', manifest)
    await expect(readPages(folder)).rejects.toThrow('run ./scripts/build')
  })
})
