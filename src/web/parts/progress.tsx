/** How far it is: a bar for the eyes, and for screen readers a word now and then, not at every byte. */
import { useEffect, useRef, useState } from 'react'

export const Progress = ({ part, label }: { readonly part: number | null; readonly label: string }) => (
  <progress aria-label={label} max={1} value={part ?? undefined} />
)

/** Told again after ten seconds, or after ten in a hundred but not sooner than this. ms */
const [often, least] = [10_000, 2_000]

export const Said = ({ part, text }: { readonly part: number; readonly text: string }) => {
  const [said, say] = useState('')
  const last = useRef({ at: Number.NEGATIVE_INFINITY, part: 0 })
  useEffect(() => {
    const at = performance.now()
    const since = at - last.current.at
    if (since < least || (since < often && part - last.current.part < 0.1)) return
    last.current = { at, part }
    say(text)
  }, [part, text])
  return (
    <p className="unseen" role="status">
      {said}
    </p>
  )
}
