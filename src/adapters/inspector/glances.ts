/**
 * Glances: files that their first bytes may already tell, asked of a child several in one message. A conversation of
 * its own costs an ordinary image three times what reading its header does. A glance only ever saves work: what it
 * does not answer, whatever the reason, is then inspected by itself, so that a file that ends the child takes no
 * neighbour's verdict with it.
 */
import { sniff } from '#formats/sniff.ts'
import type { ByteSource, Findings } from '#ports/inspector.ts'
import type { Child } from './child-process.ts'
import { frameKinds, type Glanced, mostGlanced, writeGlance } from './frames.ts'
import { agrees } from './own-look.ts'
import { parseFindings } from './parse-findings.ts'

/** What was said of each, null for what has to be inspected by itself; `lost` as in a conversation. */
export type Seen = { readonly findings: readonly (Findings | null)[]; readonly tired: boolean } | 'lost'

/** Only an image is told by its first bytes: of what is all in them, or of another format, more is read than a header. */
export const worthGlancing = ({ size }: ByteSource, head: Buffer): boolean =>
  size > head.length && sniff(head) === 'dicom'

/** Has the child look at these heads, for at most `ms`. One answer that cannot be believed makes all of them `lost`. */
export const glanceAt = async (child: Child, files: readonly Glanced[], ms: number): Promise<Seen> => {
  child.send(frameKinds.glance, writeGlance(files))
  const frame = await child.hear(ms)
  if (frame === null || frame.kind !== frameKinds.done) return 'lost'
  const lines = frame.payload.toString('utf8', 1).split('\n')
  if (lines.length !== files.length) return 'lost'
  const findings: (Findings | null)[] = []
  for (const [nth, { size, head }] of files.entries()) {
    const line = lines[nth] ?? ''
    const found = line === '' ? null : parseFindings(line, size)
    if (line !== '' && (found === null || !agrees(found, head))) return 'lost'
    findings.push(found)
  }
  return { findings, tired: frame.payload[0] !== 0 }
}

type Asked = Glanced & {
  readonly answer: (findings: Findings | null) => void
  readonly fail: (cause: unknown) => void
}

/**
 * Collects what is asked `from` one pack before anything else happens, and has `ask` answer it in one message; null at
 * once for one file alone. Rejects with what `ask` throws.
 */
export const collectGlances = (
  ask: (files: readonly Glanced[], from: string) => Promise<readonly (Findings | null)[]>,
): ((file: Glanced, from: string) => Promise<Findings | null>) => {
  const asked = new Map<string, Asked[]>()

  const answerAll = async (files: readonly Asked[], from: string): Promise<void> => {
    try {
      const findings = files.length === 1 ? [] : await ask(files, from)
      for (const [nth, { answer }] of files.entries()) answer(findings[nth] ?? null)
    } catch (cause) {
      for (const { fail } of files) fail(cause)
    }
  }
  const send = (from: string): void => {
    const files = asked.get(from) ?? []
    asked.delete(from)
    for (let at = 0; at < files.length; at += mostGlanced)
      void answerAll(files.slice(at, at + mostGlanced), from)
  }

  return (file, from) =>
    new Promise((answer, fail) => {
      const files = asked.get(from)
      if (files === undefined) {
        asked.set(from, [{ ...file, answer, fail }])
        setImmediate(send, from)
      } else files.push({ ...file, answer, fail })
    })
}
