/** Larger, smaller, turned: the same for every paper. */
import { useState } from 'react'
import { Button } from '#web/parts/button.tsx'
import { useReadSpoken } from '#web/read/words/spoken.ts'

export type TurnTools = {
  readonly larger: () => void
  readonly smaller: () => void
  readonly fit: () => void
  readonly rotate: () => void
}

const steps = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4] as const

/** `turn` in degrees, clockwise: 0, 90, 180 or 270. */
export const useTurn = () => {
  const [step, setStep] = useState(2)
  const [turn, setTurn] = useState(0)
  const tools: TurnTools = {
    larger: () => setStep((now) => Math.min(steps.length - 1, now + 1)),
    smaller: () => setStep((now) => Math.max(0, now - 1)),
    fit: () => setStep(2),
    rotate: () => setTurn((now) => (now + 90) % 360),
  }
  return { zoom: steps[step] ?? 1, turn, tools }
}

export const PaperTools = ({ tools }: { readonly tools: TurnTools }) => {
  const { t } = useReadSpoken()
  return (
    <div className="paper-tools">
      {(['larger', 'smaller', 'fit', 'rotate'] as const).map((name) => (
        <Button key={name} kind="quiet" onPress={tools[name]}>
          {t(`paper.${name}`)}
        </Button>
      ))}
    </div>
  )
}
