/** Small marks: a tag with a word in it, a notice, a folded part, a way to the desk. Never colour alone. */
import type { ReactNode } from 'react'

export type Tone = 'quiet' | 'good' | 'look' | 'bad'

const signs: Readonly<Record<Tone, string>> = { quiet: 'i', good: '✓', look: '!', bad: '!' }

export const Tag = ({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) => (
  <strong className={`tag ${tone}`} data-tag={tone}>
    {children}
  </strong>
)

export type NoticeProps = {
  readonly tone: Tone
  /** Told to screen readers when it appears; at once when it is bad. */
  readonly live?: boolean
  readonly children: ReactNode
}

export const Notice = ({ tone, live = false, children }: NoticeProps) => (
  <div className={`notice ${tone}`} role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined}>
    <span className="sign" aria-hidden="true">
      {signs[tone]}
    </span>
    <div>{children}</div>
  </div>
)

export const Fold = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <details>
    <summary>{title}</summary>
    <div className="folded">{children}</div>
  </details>
)

/** Mail addresses and phone numbers in what the desk gave as contact become links. */
const reachable = /([^\s,;<>()]+@[^\s,;<>()]+\.[^\s,;<>()]+|\+?\d[\d ()-]{5,}\d)/

export const Contact = ({ text }: { readonly text: string }) => (
  <>
    {text.split(reachable).map((part, index) =>
      index % 2 === 0 ? (
        part
      ) : (
        <a
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name.
          key={index}
          href={part.includes('@') ? `mailto:${part}` : `tel:${part.replace(/[^+\d]/g, '')}`}
        >
          {part}
        </a>
      ),
    )}
  </>
)
