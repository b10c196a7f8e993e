import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PDFDocument } from '@cantoo/pdf-lib'
import { afterEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { trialZip } from '#fixtures/archive.ts'
import { viewerProgram } from '#fixtures/bad.ts'
import { directoryOf } from '#fixtures/dicom/disc-directory.ts'
import { encapsulatedPdf } from '#fixtures/dicom/shapes.ts'
import { trialDisc } from '#fixtures/disc-image.ts'
import { bombPdf, japanesePdf } from '#fixtures/odd-pdf.ts'
import { canary } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { plainJpeg, telephoneJpeg, tellingPng, tellingTiff } from '#fixtures/picture/pictures.ts'
import { heicSample } from '#fixtures/picture/samples.ts'
import { watchSource } from '#fixtures/watched-source.ts'
import { writeCt } from '#formats/dicom/trial-dicom.ts'
import type { ByteSource } from '#ports/inspector.ts'
import { type InspectorOptions, type IsolatedInspector, openInspector } from './inspector.ts'

const open: IsolatedInspector[] = []

const start = (options: InspectorOptions = {}): IsolatedInspector => {
  const inspector = openInspector(options)
  open.push(inspector)
  return inspector
}

const misbehaving = join(import.meta.dirname, 'trial-children/misbehaving.ts')

const startTrial = (limits: InspectorOptions['limits'] = {}): IsolatedInspector =>
  start({ childModule: misbehaving, limits: { fileMs: 1_500, ...limits } })

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((inspector) => inspector.close()))
})

describe('the real child', () => {
  it('judges an ordinary slice from one read', async () => {
    const source = watchSource(
      writeCt('explicit', { 0x7fe00010: { vr: 'OW', value: Buffer.alloc(300_000) } }),
    )
    const findings = await start().inspect(source)
    expect(findings).toMatchObject({ kind: 'dicom', codes: [], instance: { sopUid: '1.2.3.4.5', rows: 16 } })
    expect(source.asked).toEqual([[0, 16_384]])
  })

  it('reads a large PDF whole, tells other files and empty ones apart', async () => {
    const inspector = start()
    const pdf = await PDFDocument.create()
    pdf.addPage()
    await pdf.attach(
      Buffer.alloc(3_000_000, 'a1b2').map((byte, i) => byte ^ (i * 7919)),
      'a.bin',
    )
    const findings = await inspector.inspect(watchSource(Buffer.from(await pdf.save())))
    expect(findings).toMatchObject({ kind: 'pdf', facts: { pages: 1 } })
    expect(findings.codes).toContain('PDF_ATTACHMENTS')
    expect((await inspector.inspect(watchSource('hello'))).codes).toEqual(['TEXT_FILE'])
    expect((await inspector.inspect(watchSource(''))).codes).toEqual(['EMPTY_FILE'])
  })

  it('tells archives that open from those that do not, and from everything else', async () => {
    const inspector = start()
    const found = async (bytes: Buffer): Promise<unknown[]> => {
      const { kind, codes } = await inspector.inspect(watchSource(bytes))
      return [kind, ...codes]
    }
    const pdf = await PDFDocument.create()
    pdf.addPage()
    const report = { name: 'report.pdf', bytes: Buffer.from(await pdf.save()) }
    expect(await found(trialZip([report]))).toEqual(['archive'])
    expect(await found(trialZip([report]).subarray(0, -30))).toEqual(['pdf', 'PDF_LEADING_DATA'])
    expect(await found(trialZip([{ ...report, encrypted: true }]))).toEqual(['archive', 'ARCHIVE_PASSWORD'])
    expect(await found(trialDisc({ name: '', files: [report] }))).toEqual(['archive'])
    expect(await found(trialZip([{ name: 'mimetype' }]))).toEqual(['other', 'OFFICE_DOCUMENT'])
    expect(await found(viewerProgram().bytes)).toEqual(['other', 'LEFT_OUT_PROGRAM'])
    expect(await found(Buffer.alloc(70_000))).toEqual(['other', 'NOT_DICOM_OR_PDF'])
    const many = trialZip(
      Array.from({ length: 50_000 }, (_, i) => ({ name: `${i}` })),
      true,
    )
    expect(await found(many)).toEqual(['archive'])
  })

  it('looks into a PDF inside a DICOM object', async () => {
    const encapsulated = (value: Buffer): Buffer =>
      writeCt('explicit', {
        0x00080016: { vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.104.1' },
        0x00420011: { vr: 'OB', value },
        0x7fe00010: null,
      })
    const pdf = await PDFDocument.create()
    pdf.addPage()
    pdf.addJavaScript('x', 'app.alert(1)')
    const inspector = start()
    const found = await inspector.inspect(watchSource(encapsulated(Buffer.from(await pdf.save()))))
    expect(found.codes).toEqual(expect.arrayContaining(['ENCAPSULATED_PDF', 'PDF_ACTIVE_JS']))
    const lie = await inspector.inspect(watchSource(encapsulated(Buffer.from('MZ no PDF'))))
    expect(lie.codes).toContain('DICOM_PDF_PAYLOAD_FALSE')
  })

  it('brings what a disc’s directory lists, which is refused itself', async () => {
    const uids = Array.from({ length: 3_000 }, (_, i) => `1.2.826.0.1.3680043.9.1.${i}`)
    const found = await start().inspect(watchSource(directoryOf(uids)))
    expect(found).toEqual({
      kind: 'other',
      codes: ['DICOM_DIRECTORY'],
      instance: null,
      facts: {},
      listed: uids,
    })
  })

  it('decodes pictures with what it may read, and says what to blank', async () => {
    const inspector = start()
    for (const bytes of [await telephoneJpeg(6), tellingPng(6), tellingTiff('deflate', 6), heicSample()]) {
      const findings = await inspector.inspect(watchSource(bytes))
      expect(findings).toMatchObject({
        kind: 'picture',
        codes: ['PICTURE_IDENTITY_UNVERIFIED', 'LOCATION_REMOVED'],
        facts: { width: expect.any(Number), height: expect.any(Number) },
      })
      expect(findings.patches?.length).toBeGreaterThan(0)
    }
    const cut = await plainJpeg()
    const damaged = await inspector.inspect(watchSource(cut.subarray(0, -300)))
    expect(damaged.codes).toContain('PICTURE_DAMAGED')
    expect(inspector.pids()).toHaveLength(1)
  })

  it('gives the words of a report, also of one inside a DICOM object, and knows Asian letters', async () => {
    const inspector = start()
    const pdf = await reportPdf({ seed: 3 })
    expect((await inspector.inspect(watchSource(pdf))).text).toContain(canary)
    const found = await inspector.inspect(watchSource(encapsulatedPdf({ seed: 3, pdf }).bytes))
    expect(found).toMatchObject({ kind: 'dicom', codes: ['ENCAPSULATED_PDF'] })
    expect(found.text).toContain(canary)
    expect((await inspector.inspect(watchSource(japanesePdf()))).text).toBe('日本')
  })

  it('loses nothing of what it found to a document that swells to a gigabyte', async () => {
    const begun = performance.now()
    const found = await start().inspect(watchSource(await bombPdf()))
    expect(found.codes).toContain('PDF_ACTIVE_JS')
    expect(found.facts.pages).toBe(1)
    expect(performance.now() - begun).toBeLessThan(20_000)
  })

  it('keeps the order of answers when many ask at once, and serves them side by side', async () => {
    const inspector = start({ children: 2 })
    const uids = Array.from({ length: 40 }, (_, i) => `1.2.3.${i}`)
    const found = await Promise.all(
      uids.map((value) =>
        inspector.inspect(watchSource(writeCt('explicit', { 0x00080018: { vr: 'UI', value } }))),
      ),
    )
    expect(found.map(({ instance }) => instance?.sopUid)).toEqual(uids)
    expect(inspector.pids()).toHaveLength(2)
  })
})

describe('a child that misbehaves', () => {
  it.each([
    ['dies', 'e'],
    ['names a code that does not exist', 'c'],
    ['gives a text that is too long', 'd'],
    ['gives broken JSON', 'f'],
    ['gives markup as a UID', 'i'],
    ['gives a number out of range', 'j'],
    ['lists markup', 'u'],
    ['lists more than a disc holds', 'v'],
    ['gives more numbers than a patient has', 'w'],
    ['expects what nothing holds', 'x'],
    ['announces a frame of 4 GiB', 'k'],
    ['sends a frame of no known kind', 'l'],
    ['asks for too much at once', 'm'],
    ['asks for bytes behind the end', 'n'],
    ['asks for bytes nowhere', 'o'],
  ])('costs only its file when it %s', async (_name, letter) => {
    const inspector = startTrial()
    const bad = await inspector.inspect(watchSource(`${letter}...............................`))
    expect(bad).toEqual({ kind: 'other', codes: ['CHECK_UNAVAILABLE'], instance: null, facts: {} })
    expect((await inspector.inspect(watchSource('a'))).codes).toEqual(['NOT_DICOM_OR_PDF'])
  })

  it('is killed in time when it hangs, and the next file is fine', async () => {
    const inspector = startTrial()
    await inspector.inspect(watchSource('a'))
    const [pid] = inspector.pids()
    const begun = performance.now()
    expect((await inspector.inspect(watchSource('h %PDF-1.7'))).codes).toEqual(['PDF_LIMIT'])
    expect(performance.now() - begun).toBeLessThan(3_000)
    expect((await inspector.inspect(watchSource('a'))).codes).toEqual(['NOT_DICOM_OR_PDF'])
    expect(isAlive(pid ?? 0)).toBe(false)
  })

  it.each([
    ['hangs', 'y', ['PDF_ACTIVE_JS', 'PDF_LIMIT']],
    ['dies', 'z', ['PDF_LIMIT']],
  ])('leaves what it had found before it %s', async (_, letter, codes) => {
    const inspector = startTrial()
    expect(await inspector.inspect(watchSource(`${letter}%PDF-1.7`))).toMatchObject({ kind: 'pdf', codes })
    expect((await inspector.inspect(watchSource('a'))).codes).toEqual(['NOT_DICOM_OR_PDF'])
  })

  it.each(['0', '1'])('is not believed what is not of its shape: %s', async (letter) => {
    expect((await startTrial().inspect(watchSource(`${letter}%PDF-1.7`))).codes).toEqual(['PDF_LIMIT'])
  })

  it.each<[string, string]>([
    ['lets through what is no record', '2'],
    ['calls it a PDF', '3'],
    ['calls it a picture, and has it changed', '4'],
    ['calls it an image', '5'],
  ])('is not believed what the first bytes of a file tell otherwise: %s', async (_, letter) => {
    const inspector = startTrial()
    const [pid] = await inspector.inspect(watchSource('a')).then(() => inspector.pids())
    expect(await inspector.inspect(watchSource(`${letter}...............`))).toEqual({
      kind: 'other',
      codes: ['CHECK_UNAVAILABLE'],
      instance: null,
      facts: {},
    })
    expect(inspector.pids()).not.toContain(pid)
  })

  it.each<[string, string]>([
    ['never answers', 'h'],
    ['does not tell of it', '5'],
    ['has the image changed as a picture is', '4'],
  ])('lets out no program before an image when it %s', async (_, letter) => {
    const image = writeCt('explicit')
    image.write(`${letter}<script>`, 0, 'latin1')
    const found = await startTrial().inspect(watchSource(image))
    expect(found).toMatchObject({ kind: 'dicom', codes: ['CHECK_UNAVAILABLE', 'PREAMBLE_EXECUTABLE'] })
    expect(found.patches).toMatchObject([{ at: 0, length: 128 }])
  })

  it('from one pack leaves a child for every other', async () => {
    const inspector = start({ children: 2, childModule: misbehaving, limits: { fileMs: 3_000 } })
    await inspector.inspect(watchSource('a'), 'good')
    let ended = 0
    const bad = ['h1', 'h2'].map(async (text) => {
      const found = await inspector.inspect(watchSource(text), 'bad')
      ended += 1
      return found
    })
    for (let file = 0; file < 20; file += 1)
      expect((await inspector.inspect(watchSource('a'), 'good')).codes).toEqual(['NOT_DICOM_OR_PDF'])
    expect(ended).toBe(0)
    expect((await Promise.all(bad)).map(({ codes }) => codes)).toEqual(bad.map(() => ['CHECK_UNAVAILABLE']))
  })

  it('is stopped when it grows', async () => {
    const inspector = startTrial({ fileMs: 20_000, dataBytes: 700_000_000 })
    expect(inspector.limits).toBe('full')
    const begun = performance.now()
    expect((await inspector.inspect(watchSource('g'))).codes).toEqual(['CHECK_UNAVAILABLE'])
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect((await inspector.inspect(watchSource('a'))).codes).toEqual(['NOT_DICOM_OR_PDF'])
  })

  it('ends when it speaks twice for one file', async () => {
    const inspector = startTrial()
    const [pid] = inspector.pids()
    await inspector.inspect(watchSource('p'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(isAlive(pid ?? 0)).toBe(false)
    expect((await inspector.inspect(watchSource('b'))).facts.title).toMatch(/^\d+$/)
  })

  it('adds no field that a child has no business with', async () => {
    expect((await startTrial().inspect(watchSource('q'))).facts).toEqual({ title: 'kept' })
  })

  it('that cannot start leaves the file unchecked, not accepted', async () => {
    const inspector = start({ childModule: '/nowhere/child.ts' })
    expect((await inspector.inspect(watchSource('x'))).codes).toEqual(['CHECK_UNAVAILABLE'])
  })
})

describe('what a child is given', () => {
  it('is no environment and no home', async () => {
    const { facts } = await startTrial().inspect(watchSource('s'))
    expect(facts.title).toMatch(/^env=\{\} cwd=\/ uid=\d+$/)
  })

  it('is no file, no program and no thread of its own', async () => {
    expect((await startTrial().inspect(watchSource('t'))).facts.title).toBe('true,true,true,true')
  })

  it('is exactly the bytes it asks for', async () => {
    expect((await startTrial().inspect(watchSource('r123WANTmore'))).facts.title).toBe('WANT')
  })

  it('is the time the store takes on top of its own', async () => {
    const source = watchSource('r123WANTmore')
    const slow: ByteSource = {
      size: source.size,
      read: async (offset, length) => {
        if (offset > 0) await new Promise((resolve) => setTimeout(resolve, 400))
        return source.read(offset, length)
      },
    }
    expect((await startTrial({ fileMs: 200 }).inspect(slow)).facts.title).toBe('WANT')
  })
})

describe('the inspector', () => {
  it('rejects with the failure of the source, and goes on', async () => {
    const inspector = startTrial()
    const failing: ByteSource = {
      size: 100,
      read: async (offset, length) => {
        if (offset > 0) throw new Fault('store.unavailable')
        return Buffer.from('r'.repeat(length))
      },
    }
    await expect(inspector.inspect(failing)).rejects.toMatchObject({ code: 'store.unavailable' })
    const short: ByteSource = { size: 100, read: async () => Buffer.from('a') }
    await expect(inspector.inspect(short)).rejects.toMatchObject({ code: 'store.damaged' })
    expect((await inspector.inspect(watchSource('a'))).codes).toEqual(['NOT_DICOM_OR_PDF'])
  })

  it('takes a new child after its share of files', async () => {
    const inspector = startTrial({ files: 2 })
    const seen: unknown[] = []
    for (let i = 0; i < 5; i += 1) seen.push((await inspector.inspect(watchSource('b'))).facts.title)
    expect(new Set(seen).size).toBe(3)
  })

  it('ends its children and answers nobody with a verdict when it closes', async () => {
    const inspector = startTrial({ fileMs: 30_000 })
    await inspector.inspect(watchSource('a'))
    const pids = inspector.pids()
    const asked = ['h', 'a'].map((letter) => inspector.inspect(watchSource(letter)))
    const ended = Promise.allSettled(asked)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await inspector.close()
    const internal = { status: 'rejected', reason: { code: 'internal' } }
    expect(await ended).toMatchObject([internal, internal])
    expect(pids.map(isAlive)).toEqual([false])
    await expect(inspector.inspect(watchSource('a'))).rejects.toMatchObject({ code: 'internal' })
  })

  it('takes its children along when its own process is killed, even one that hangs', async () => {
    const program = `
      const { openInspector } = await import(${JSON.stringify(join(import.meta.dirname, 'inspector.ts'))})
      const inspector = openInspector({ childModule: ${JSON.stringify(misbehaving)} })
      const read = async () => Buffer.from('h')
      setTimeout(() => console.log(inspector.pids()[0]), 500)
      await inspector.inspect({ size: 1, read })`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())))
    })
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 3_000 }).toBe(false)
  })
})
