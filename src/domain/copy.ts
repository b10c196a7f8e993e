/**
 * Copy: the pictures of a case as of one revision without whose they are, by the basic profile of PS3.15 Annex E. It
 * is made once, for somebody who asked, and stays what it was; what cannot be cleaned is left out and told.
 */
import type { ItemKind } from './item.ts'
import { machine } from './state-machine.ts'

export const copyStates = ['asked', 'making', 'ready', 'failed'] as const

export type CopyState = (typeof copyStates)[number]

/** `making → asked`: what kept it from being made was not its own fault. */
export const copyMachine = machine<CopyState>('copy', {
  asked: ['making'],
  making: ['making', 'asked', 'ready', 'failed'],
  ready: [],
  failed: [],
})

/** What happens to dates: as they are (113106), all moved by one offset (113107), or gone. */
export const copyDates = ['keep', 'shift', 'remove'] as const

/** What happens to pictures that may show a name as part of the picture. */
export const burnedInChoices = ['leave-out', 'include'] as const

export type CopyOptions = {
  readonly dates: (typeof copyDates)[number]
  /** Sex, age, size, weight and the like stay (113108). */
  readonly characteristics: boolean
  readonly burnedIn: (typeof burnedInChoices)[number]
}

export const leftOutReasons = [
  'document',
  'needs-person',
  'text-in-picture',
  'more-than-picture',
  'unsupported',
  'damaged',
  'header-too-long',
] as const

export type LeftOutReason = (typeof leftOutReasons)[number]

/** Files of a kind that are not in a copy. Nothing else is said of them: a name or number would tell whose they are. */
export type LeftOut = { readonly kind: ItemKind; readonly reason: LeftOutReason; readonly files: number }

const reasonWords: Readonly<Record<LeftOutReason, string>> = {
  document: 'documents, photos and archives cannot be cleaned by a program',
  'needs-person': 'reports, measurements and plans can only be cleaned by a person',
  'text-in-picture': 'the picture itself may show a name, as in ultrasound, screenshots and photos',
  'more-than-picture': 'behind the picture are bytes of which nobody can say what they are',
  unsupported: 'the file is written in a way that is not cleaned here',
  damaged: 'the file is damaged',
  'header-too-long': 'the header of the file is too long',
}

const countFiles = (files: number): string => (files === 1 ? '1 file' : `${files} files`)

/** One sentence for a person. */
export const tellLeftOut = ({ reason, files }: LeftOut): string =>
  `${countFiles(files)} left out: ${reasonWords[reason]}.`

/** What was made, and how much of it may still tell a name. */
export type CopySums = {
  readonly files: number
  readonly bytes: number
  readonly mayShowText: number
  readonly leftOut: readonly LeftOut[]
}

/** What whoever hands a copy on has to know, in sentences. */
export const copyWarnings = ({ files, mayShowText, leftOut }: CopySums): readonly string[] => [
  ...(mayShowText === 0
    ? []
    : [
        `${countFiles(mayShowText)} may show a name as part of the picture. Look at each before you hand the copy on.`,
      ]),
  ...(files === 0
    ? ['Nothing of this case could be cleaned, so the copy has no pictures.']
    : ['Pictures of a head can show a face, and rare findings can tell who somebody is.']),
  ...leftOut.map(tellLeftOut),
]

/** Tries after which a copy is given up. */
export const copyTries = 5

/** Without a word from its maker for so long, another may begin again; milliseconds. */
export const copyPauseMs = 300_000

/** Copies of one case that may be asked for in 24 hours. */
export const copiesPerDay = 20

/** How many copies of a case may wait to be made at a time. */
export const copiesAtOnce = 3
