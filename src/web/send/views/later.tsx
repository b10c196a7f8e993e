/** Every page behind the door, as one chunk: whoever only looks at a link does not load it. */
import type { Actions } from '#web/send/actions.ts'
import type { FirstPage, Page } from '#web/send/scene.ts'
import { Check } from './check.tsx'
import { Checking } from './checking.tsx'
import { Choose } from './choose.tsx'
import { FoundView } from './found.tsx'
import { Receipt } from './receipt.tsx'
import { Rest } from './rest.tsx'
import { Sending } from './sending.tsx'
import { Stopped } from './stopped.tsx'
import { Who } from './who.tsx'
import { Withdraw } from './withdraw.tsx'

export type LaterProps = { readonly page: Exclude<Page, FirstPage>; readonly actions: Actions }

export const Later = ({ page, actions }: LaterProps) => {
  switch (page.at) {
    case 'check':
      // Another kind of answer is another form.
      return <Check key={page.kind} page={page} actions={actions} />
    case 'who':
      return <Who page={page} actions={actions} />
    case 'choose':
      return <Choose page={page} actions={actions} />
    case 'found':
      return <FoundView page={page} actions={actions} />
    case 'sending':
      return <Sending page={page} actions={actions} />
    case 'rest':
      return <Rest page={page} actions={actions} />
    case 'stopped':
      return <Stopped page={page} actions={actions} />
    case 'checking':
      return <Checking page={page} actions={actions} />
    case 'receipt':
      return <Receipt page={page} actions={actions} />
    case 'withdraw':
      return <Withdraw page={page} actions={actions} />
  }
}
