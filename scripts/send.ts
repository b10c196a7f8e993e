/**
 * Send: files and folders over an upload link, as the sender's page does in a browser, for offices and for lines on
 * which a browser is too much. Nothing is remembered between runs: the gateway knows what it has.
 */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openConversation, SendingStopped } from '#sending/conversation.ts'
import { sendAndFinish } from '#sending/finish.ts'
import type { LeftOutReason } from '#sending/listed-file.ts'
import type { Sha256 } from '#sending/part-body.ts'
import type { Progress } from '#sending/progress.ts'
import { checkReceipt } from '#sending/receipt.ts'
import { prepareSending, type SentFile } from '#sending/send-files.ts'
import { speakByFetch } from '#sending/speak.ts'
import { waitForVerdicts } from '#sending/verdicts.ts'
import { countContents } from './sender/contents.ts'
import { Misuse, type Options, readOptions, usage } from './sender/options.ts'
import { openTerminal, type Terminal as TerminalOf } from './sender/terminal.ts'
import { TooManyFiles, type Walked, walkFolders } from './sender/walk.ts'
import {
  contentWords,
  duration,
  exitCodes,
  files as filesWords,
  leftOutWords,
  progressWords,
  size,
  standingOf,
  stoppedWords,
  stopWords,
  verdictLines,
} from './sender/words.ts'

type Terminal = TerminalOf<Progress>

/** Without any sign of the gateway, or any news of a verdict, for so long it ends. */
const giveUpMs = 600_000

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest()

/** What `--json` prints. */
type Report = {
  readonly exit: number
  readonly code: string | null
  readonly words: string | null
  readonly case: string | null
  readonly parts: number
  readonly partBytes: number
  readonly receipt: string | null
  readonly receiptHolds: boolean | null
  readonly files: readonly {
    readonly path: string
    readonly standing: string
    readonly sentence: string | null
  }[]
  readonly leftOut: readonly { readonly path: string; readonly reason: LeftOutReason }[]
}

const nothingSent: Report = {
  exit: exitCodes.unfinished,
  code: null,
  words: null,
  case: null,
  parts: 0,
  partBytes: 0,
  receipt: null,
  receiptHolds: null,
  files: [],
  leftOut: [],
}

const findFiles = async (walked: Walked, terminal: Terminal) => {
  const found = await walked.list().catch((error: unknown) => {
    if (error instanceof TooManyFiles) throw new Misuse(`${error.message}: send them in several goes`)
    throw new Misuse(error instanceof Error ? error.message : 'a folder could not be read')
  })
  if (found.length === 0) throw new Misuse('there is no file to send')
  const bytes = found.reduce((sum, file) => sum + file.size, 0)
  terminal.say(
    `found: ${filesWords(found.length)}, ${size(bytes)}: ${contentWords(await countContents(found))}`,
  )
  if (walked.passedOver() > 0) terminal.say(`passed over: ${walked.passedOver()} links, pipes or devices`)
  return found
}

const leftOutOf = (sent: readonly SentFile[], walked: Walked) => [
  ...sent.flatMap(({ told, leftOut }) => (leftOut === null ? [] : [{ path: told, reason: leftOut }])),
  ...walked.unreadable().map((path) => ({ path, reason: 'unreadable' as const })),
]

const run = async (options: Options, terminal: Terminal, signal: AbortSignal): Promise<Report> => {
  const receiptFile = resolve(options.receipt)
  const walked = walkFolders(options.chosen, receiptFile)
  const found = await findFiles(walked, terminal)
  if (!options.yes && !(await terminal.ask(`Send ${filesWords(found.length)}?`, signal)))
    throw new Misuse('nothing was sent')
  const conversation = await openConversation({
    link: options.link,
    code: options.code,
    speak: speakByFetch(options.link.url),
    signal,
    giveUpMs,
    onWait: ({ ms, code }) => {
      const why = code === null ? 'the line is down' : `the gateway says ${code}`
      if (ms >= 2_000) terminal.say(`waiting ${duration(ms / 1_000)}: ${why}`)
    },
  })
  const began = performance.now()
  const sending = prepareSending(found, { conversation, sha256, onProgress: terminal.progress })
  const { case: of } = conversation.terms()
  const soFar = (): Pick<Report, 'case' | 'parts' | 'partBytes' | 'leftOut'> => {
    const { parts, bytes } = sending.counts()
    return { case: of, parts, partBytes: bytes, leftOut: leftOutOf(sending.files, walked) }
  }
  const finish = await sendAndFinish(conversation, sending, options).finally(terminal.endProgress)
  if (finish.kind === 'held-up') {
    const words =
      `${filesWords(finish.files)} announced earlier over this link have not arrived. Send them from ` +
      'where they are, or finish without them: the same command with --leave-rest.'
    return { ...nothingSent, ...soFar(), code: 'send.incomplete', words }
  }
  const { receipt } = finish.finished
  await writeFile(receiptFile, `${receipt}\n`, { mode: 0o600 })
  terminal.say(
    `everything has arrived after ${duration((performance.now() - began) / 1_000)}; it is being checked`,
  )
  const check = await checkReceipt(conversation, receipt, sending.files, sha256)
  const receiptHolds = check.signed && check.differing.length === 0
  terminal.say(
    receiptHolds
      ? `receipt: signed, and right about every file (${receiptFile})`
      : `receipt: ${check.signed ? `wrong about ${check.differing.join(', ')}` : 'not signed by this gateway'}`,
  )
  const names = new Map(sending.files.map(({ id, told }) => [id ?? '', told]))
  const kept = sending.files.filter(({ leftOut }) => leftOut === null)
  const { items, waiting } = await waitForVerdicts(conversation, {
    ids: new Set(kept.map(({ id }) => id ?? '')),
    giveUpMs,
    signal,
  })
  const nameOf = (id: string): string => names.get(id) ?? 'a file in an archive'
  const { leftOut } = soFar()
  for (const line of verdictLines(items, nameOf)) terminal.say(line)
  for (const { path, reason } of leftOut) terminal.say(`left out: ${path} ${leftOutWords[reason]}`)
  const standings = items.map(standingOf)
  const isBad =
    leftOut.length > 0 || standings.some((one) => one === 'desk' || one === 'refused' || one === 'out')
  const exit =
    waiting > 0 || !receiptHolds ? exitCodes.unfinished : isBad ? exitCodes.refused : exitCodes.accepted
  return {
    ...nothingSent,
    ...soFar(),
    exit,
    receipt: receiptFile,
    receiptHolds,
    files: items.map((item) => ({
      path: item.from === null ? nameOf(item.id) : `in ${nameOf(item.from)}`,
      standing: standingOf(item),
      sentence: item.sentence,
    })),
  }
}

const reportOf = (error: unknown, signal: AbortSignal): Report => {
  if (error instanceof SendingStopped) {
    const { words, exit } = stopWords(error.code)
    return { ...nothingSent, exit, code: error.code, words }
  }
  if (signal.aborted) return { ...nothingSent, code: 'stopped', words: stoppedWords }
  if (error instanceof Misuse) return { ...nothingSent, exit: exitCodes.usage, words: error.message }
  return { ...nothingSent, words: error instanceof Error ? error.message : 'unknown error' }
}

// Linux lets a program overwrite the arguments that others see: the link does not stay there.
process.title = 'second-read-send'
const stop = new AbortController()
const terminal = openTerminal('sending', progressWords)
const stopNow = (): void => {
  if (stop.signal.aborted) process.exit(exitCodes.unfinished)
  stop.abort(new Error('stopped'))
}
process.on('SIGINT', stopNow).on('SIGTERM', stopNow)

let json = false
const main = async (): Promise<Report | null> => {
  try {
    const options = await readOptions(process.argv.slice(2))
    json = options?.json ?? false
    return options === null ? null : await run(options, terminal, stop.signal)
  } catch (error) {
    return reportOf(error, stop.signal)
  }
}

const report = await main()
if (report === null) console.log(usage)
else {
  if (report.words !== null) terminal.say(`send: ${report.words}`)
  if (report.exit === exitCodes.usage) terminal.say(usage)
  if (json) console.log(JSON.stringify(report))
}
process.exitCode = report?.exit ?? exitCodes.accepted
