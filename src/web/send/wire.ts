/**
 * Wire: the line to the gateway as a flow sees it: whether somebody answers, since when it waits and why. What waits is
 * tried at once when the line is back or a person asks for it.
 */
import type { FaultCode } from '#domain/fault.ts'
import type { Patience } from '#sending/conversation.ts'
import { judge } from '#sending/judge.ts'
import { rest } from '#sending/pause.ts'
import type { Speak } from '#sending/speak.ts'

export type WireState =
  | { readonly kind: 'well' | 'offline' }
  | { readonly kind: 'busy'; readonly retryAt: Date | null }

export type Wire = {
  state(): WireState
  /** The way to ask until somebody answers, or `signal` ends it. */
  patience(signal: AbortSignal): Patience
  /** What waits is tried now. */
  wake(): void
  /** The browser says that it has a line, or none. */
  online(is: boolean): void
}

const soonMs = 1_500

/** `onChange` is told when the state is another. */
export const openWire = (speak: Speak, onChange: () => void): Wire => {
  let state: WireState = { kind: 'well' }
  let alarm = new AbortController()
  const become = (next: WireState): void => {
    const same = next.kind === 'well' && state.kind === 'well'
    state = next
    if (!same) onChange()
  }
  const onWait = ({ ms, code }: { readonly ms: number; readonly code: FaultCode | null }): void => {
    if (code === null) become({ kind: 'offline' })
    else if (ms > soonMs || state.kind === 'busy')
      become({ kind: 'busy', retryAt: new Date(Date.now() + ms) })
  }
  const wake = (): void => {
    alarm.abort(new Error('tried now'))
    alarm = new AbortController()
  }
  return {
    state: () => state,
    wake,
    online: (is) => {
      if (is) wake()
      else become({ kind: 'offline' })
    },
    patience: (signal) => ({
      signal,
      onWait,
      speak: async (asked, until) => {
        const said = await speak(asked, until)
        if (judge(said).kind !== 'again') become({ kind: 'well' })
        return said
      },
      wait: async (ms, until) => {
        const bell = alarm.signal
        try {
          await rest(ms, AbortSignal.any([until, bell]))
        } catch (error) {
          if (until.aborted || !bell.aborted) throw error
        }
      },
    }),
  }
}
