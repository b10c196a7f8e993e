/** The words on top of each page; the focus goes there when they are others. */
import type { Page } from '#web/send/scene.ts'
import type { Key } from '#web/words/words.ts'

export const titleOf = (page: Page) => {
  switch (page.at) {
    case 'old-browser':
      return 'old.title'
    case 'dead':
      return `dead.title.${page.why}` as const
    case 'check':
      return page.kind === 'birth-date' && page.asked.role === 'patient'
        ? 'check.title.own'
        : (`check.title.${page.kind}` as const)
    case 'stopped':
      return `stopped.title.${page.why}` as const
    case 'withdraw':
      return page.withdrawing === 'done' ? 'withdraw.title.done' : 'withdraw.title.ask'
    case 'opening':
    case 'landing':
    case 'locked':
    case 'who':
    case 'choose':
    case 'found':
    case 'sending':
    case 'rest':
    case 'checking':
    case 'receipt':
      return `${page.at}.title` as const satisfies Key
  }
}
