/** Window centre and width, and the presets of CT, in Hounsfield units. Pure. */

export type Window = { readonly centre: number; readonly width: number }

export const presetNames = ['soft', 'lung', 'bone', 'brain'] as const
export type PresetName = (typeof presetNames)[number]

export const presets: Readonly<Record<PresetName, Window>> = {
  soft: { centre: 40, width: 400 },
  lung: { centre: -600, width: 1_500 },
  bone: { centre: 400, width: 2_000 },
  brain: { centre: 40, width: 80 },
}

/** The range of values that is shown from black to white (PS3.3 §C.11.2.1.2.1). */
export const rangeOf = ({ centre, width }: Window): { readonly lower: number; readonly upper: number } => ({
  lower: centre - 0.5 - (width - 1) / 2,
  upper: centre - 0.5 + (width - 1) / 2,
})

export const windowOf = ({ lower, upper }: { readonly lower: number; readonly upper: number }): Window => {
  const width = Math.max(1, upper - lower + 1)
  return { width, centre: lower + 0.5 + (width - 1) / 2 }
}

/** The window after a drag: to the right wider, downwards darker; as far as the picture's own width asks for. */
export const dragged = ({ centre, width }: Window, dx: number, dy: number): Window => {
  const step = Math.max(width, 16) / 256
  return { width: Math.max(1, width + dx * step), centre: centre + dy * step }
}
