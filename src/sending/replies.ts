/**
 * What the gateway answers a sender, looked at by hand: the contract's parsers would be a quarter of what a browser
 * has to load. Whatever is not as the contract has it is null, and counts as no answer of the gateway's.
 */
import type { exchangeReply, finishReply, partReply, planReply, statusReply } from '#contract/send.ts'

export type Parsed<Schema extends { parse(raw: unknown): unknown }> = ReturnType<Schema['parse']>

export type Exchanged = Parsed<typeof exchangeReply>
export type Planned = Parsed<typeof planReply>['files'][number]
export type Finished = Parsed<typeof finishReply>
export type SentItem = Parsed<typeof statusReply>['items'][number]

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (json: unknown): json is Fields => typeof json === 'object' && json !== null
export const isText = (value: unknown): value is string => typeof value === 'string'
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
export const isListOf = <Entry>(value: unknown, is: (entry: unknown) => entry is Entry): value is Entry[] =>
  Array.isArray(value) && value.every(is)

const isRun = (value: unknown): value is [number, number] => isListOf(value, isCount) && value.length === 2

const isPlanned = (value: unknown): value is Planned =>
  isFields(value) &&
  isText(value['id']) &&
  isCount(value['size']) &&
  isText(value['state']) &&
  isListOf(value['missing'], isRun)

const isItem = (value: unknown): value is SentItem =>
  isFields(value) &&
  isText(value['id']) &&
  isCount(value['size']) &&
  isText(value['state']) &&
  (value['from'] === null || isText(value['from'])) &&
  isListOf(value['codes'], isText) &&
  (value['sentence'] === null || isText(value['sentence']))

const isExchanged = (value: unknown): value is Exchanged =>
  isFields(value) &&
  isText(value['session']) &&
  isText(value['case']) &&
  isText(value['endsAt']) &&
  isCount(value['chunkBytes']) &&
  isCount(value['partBytes']) &&
  value['chunkBytes'] > 0 &&
  value['partBytes'] > value['chunkBytes']

const isFinished = (value: unknown): value is Finished =>
  isFields(value) && isText(value['receipt']) && isCount(value['items']) && isCount(value['bytes'])

export const readExchanged = (json: unknown): Exchanged | null => (isExchanged(json) ? json : null)

/** Of exactly `wanted` files, or null. */
export const readPlanned =
  (wanted: number) =>
  (json: unknown): Planned[] | null =>
    isFields(json) && isListOf(json['files'], isPlanned) && json['files'].length === wanted
      ? json['files']
      : null

export const readPart = (json: unknown): Pick<Parsed<typeof partReply>, 'completed'> | null =>
  isFields(json) && isListOf(json['completed'], isText) ? { completed: json['completed'] } : null

export const readFinished = (json: unknown): Finished | null => (isFinished(json) ? json : null)

export const readItems = (json: unknown): SentItem[] | null =>
  isFields(json) && isListOf(json['items'], isItem) ? json['items'] : null
