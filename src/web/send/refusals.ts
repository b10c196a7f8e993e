/** Refusals: what a person sees when the gateway says no. The codes are its own; a person sees a page. Pure. */
import type { SendingStopped } from '#sending/conversation.ts'
import type { Asked, DeadReason, Page } from './scene.ts'

const deadCodes: Partial<Record<string, DeadReason>> = {
  'link.invalid': 'unknown',
  'link.expired': 'expired',
  'link.used-up': 'used-up',
  'link.revoked': 'revoked',
  'case.closed': 'closed',
}

/** Refusals after which sending goes no further. */
const stopCodes: Partial<Record<string, Extract<Page, { at: 'stopped' }>['why']>> = {
  'link.revoked': 'withdrawn',
  'link.expired': 'withdrawn',
  'link.used-up': 'withdrawn',
  'case.closed': 'closed',
  'store.full': 'full',
  'consent.needed': 'consent',
}

export type Refused =
  | { readonly kind: 'page'; readonly page: Page }
  /** Where the link stands has to be asked again; who is sending; or only told above the page. */
  | { readonly kind: 'look' | 'introduce' | 'alarm' }

/** What is asked besides the link. */
export const checkPage = (asked: Asked, left: number | null): Page => ({
  at: 'check',
  asked,
  kind: asked.check === 'birth-date' ? 'birth-date' : 'code',
  left,
  checking: false,
})

/** `asked` is null before anybody looked at the link; `safe` while something was being sent. */
export const readRefusal = (
  { code, left }: Pick<SendingStopped, 'code' | 'left'>,
  asked: Asked | null,
  safe: { readonly files: number; readonly of: number } | null,
): Refused => {
  if (asked !== null && (code === 'link.code-needed' || code === 'link.code-wrong'))
    return { kind: 'page', page: checkPage(asked, code === 'link.code-wrong' ? left : null) }
  if (code === 'link.locked') return { kind: 'look' }
  if (safe !== null && asked !== null) {
    const why = stopCodes[code] ?? 'failed'
    return { kind: 'page', page: { at: 'stopped', asked, why, safe: safe.files, of: safe.of } }
  }
  if (code === 'consent.needed') return { kind: 'introduce' }
  const why = deadCodes[code]
  if (why === undefined) return { kind: 'alarm' }
  const asking = why === 'expired' || why === 'used-up' ? 'may' : 'may-not'
  return { kind: 'page', page: { at: 'dead', why, contact: null, until: null, asking } }
}
