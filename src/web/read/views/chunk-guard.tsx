/** Around a part that comes as a chunk of its own: when it cannot be had or breaks, it says so, and the page around it lives. */
import { Component, type ReactNode } from 'react'
import { Notice } from '#web/parts/marks.tsx'
import { useReadSpoken } from '#web/read/words/spoken.ts'

const Broken = () => {
  const { t } = useReadSpoken()
  return (
    <Notice tone="bad" live>
      <p>{t('trouble.part')}</p>
    </Notice>
  )
}

/** React asks for a class here. */
export class ChunkGuard extends Component<{ readonly children: ReactNode }, { readonly broken: boolean }> {
  override readonly state = { broken: false }

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true }
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children
  }
}
