/** What became of files, in the order in which people want to read it. */
import { describe, expect, it } from 'vitest'
import type { SentItem } from '#sending/replies.ts'
import { checkedOf } from './as-told.ts'

const item = (id: string, state: string, codes: string[] = [], from: string | null = null): SentItem => ({
  id,
  size: 1,
  state,
  from,
  codes,
  sentence: null,
})

describe('checkedOf', () => {
  it('tells what was not taken first, names by their archive, and nothing of what was left out', () => {
    const names = new Map([
      ['a', 'disc/a'],
      ['z', 'disc/z.zip'],
    ])
    const told = checkedOf(
      [
        item('a', 'accepted'),
        item('w', 'received'),
        item('x', 'rejected', ['NOT_DICOM_OR_PDF'], 'z'),
        item('q', 'quarantined', ['MALWARE_FOUND']),
        item('r', 'accepted_with_warnings', ['UID_MALFORMED']),
        item('d', 'discarded'),
        item('z', 'unpacked'),
      ],
      (id) => names.get(id) ?? null,
    )
    expect(told.map(({ id, standing }) => [id, standing])).toEqual([
      ['x', 'refused'],
      ['q', 'held'],
      ['r', 'remark'],
      ['w', 'waiting'],
      ['a', 'taken'],
      ['z', 'taken'],
    ])
    expect(told.map(({ name }) => name)).toEqual(['disc/z.zip', null, null, null, 'disc/a', 'disc/z.zip'])
  })

  it('counts a second copy as taken', () => {
    expect(checkedOf([item('a', 'rejected', ['DUPLICATE'])], () => null)[0]?.standing).toBe('taken')
  })
})
