/** What a person sees while it runs, on standard error: one line that changes on a terminal, a line now and then elsewhere. */
import { createInterface } from 'node:readline/promises'

/** How far it is, in bytes. */
type Reached = { readonly bytes: number; readonly bytesDurable: number }

const barWidth = 24
const barMs = 200
const lineMs = 5_000
const clearLine = '\r\u001b[K'

export type Terminal<Progress extends Reached> = {
  say(line: string): void
  readonly progress: (progress: Progress) => void
  /** The last progress stays to be read. */
  readonly endProgress: () => void
  /** True for yes. */
  ask(question: string, signal: AbortSignal): Promise<boolean>
}

const barOf = ({ bytes, bytesDurable }: Reached): string => {
  const full = bytes === 0 ? barWidth : Math.floor((barWidth * bytesDurable) / bytes)
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] `
}

/** `doing` stands before a line where there is no bar. */
export const openTerminal = <Progress extends Reached>(
  doing: string,
  wordsOf: (progress: Progress) => string,
): Terminal<Progress> => {
  const { stderr } = process
  const isTty = stderr.isTTY
  let toldAt = Number.NEGATIVE_INFINITY
  let last: Progress | null = null
  let onScreen = false

  const draw = (progress: Progress): void => {
    const line = `${isTty ? barOf(progress) : `${doing}: `}${wordsOf(progress)}`
    stderr.write(
      isTty ? `${clearLine}${line.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))}` : `${line}\n`,
    )
    toldAt = performance.now()
    last = null
    onScreen = isTty
  }
  const leaveLine = (): void => {
    if (onScreen) stderr.write('\n')
    onScreen = false
  }

  return {
    say: (line) => {
      leaveLine()
      stderr.write(`${line}\n`)
    },
    progress: (progress) => {
      last = progress
      if (performance.now() - toldAt >= (isTty ? barMs : lineMs)) draw(progress)
    },
    endProgress: () => {
      if (last !== null) draw(last)
      leaveLine()
    },
    ask: async (question, signal) => {
      const lines = createInterface({ input: process.stdin, output: stderr })
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim())
      } finally {
        lines.close()
      }
    },
  }
}
