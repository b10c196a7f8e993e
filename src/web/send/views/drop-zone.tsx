/** The whole page takes what is dropped on it. Where it does not, a dropped file must not replace the page. */
import { useEffect, useRef, useState } from 'react'

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

export type DropZoneProps = {
  readonly words: string
  /** Null while nothing may be dropped. */
  readonly take: ((transfer: DataTransfer) => void) | null
}

export const DropZone = ({ words, take }: DropZoneProps) => {
  const [over, setOver] = useState(false)
  const taking = useRef(take)
  taking.current = take
  useEffect(() => {
    const ends = new AbortController()
    const hear = (name: 'dragenter' | 'dragover' | 'dragleave' | 'drop', does: (event: DragEvent) => void) =>
      addEventListener(
        name,
        (event) => {
          if (!hasFiles(event)) return
          event.preventDefault()
          does(event)
        },
        { signal: ends.signal },
      )
    hear('dragenter', () => setOver(true))
    hear('dragover', ({ dataTransfer }) => {
      if (dataTransfer !== null) dataTransfer.dropEffect = taking.current === null ? 'none' : 'copy'
    })
    hear('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) setOver(false)
    })
    hear('drop', ({ dataTransfer }) => {
      setOver(false)
      if (dataTransfer !== null) taking.current?.(dataTransfer)
    })
    return () => ends.abort()
  }, [])
  return over && take !== null ? (
    <div className="drop-zone" aria-hidden="true">
      <p>{words}</p>
    </div>
  ) : null
}
