/** What every view is given: its page, and what a person can do. */
import type { Actions } from '#web/send/actions.ts'
import type { Page } from '#web/send/scene.ts'

export type PageAt<At extends Page['at']> = Extract<Page, { readonly at: At }>

export type ViewProps<At extends Page['at']> = { readonly page: PageAt<At>; readonly actions: Actions }
