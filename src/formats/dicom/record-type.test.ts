/** Record types, against pydicom's table of them. */
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { recordTypeOf } from './record-type.ts'

const theirs = (): [string, string, string][] =>
  JSON.parse(
    execFileSync(
      '/usr/bin/python3',
      [
        '-c',
        `import json, pydicom.fileset as f, pydicom.uid as u, pydicom._uid_dict as d
print(json.dumps([[k, v[0], f._FOUR_LEVEL_SOP_CLASSES.get(k, 'IMAGE')] for k, v in d.UID_dictionary.items()
  if v[1] == 'SOP Class' and v[3] == '' and k not in f._SINGLE_LEVEL_SOP_CLASSES and v[0].endswith('Storage') and k.startswith('1.2.840.10008.5.1.4.1.1.')]))`,
      ],
      { encoding: 'utf8' },
    ),
  )

describe('recordTypeOf', () => {
  it('is what pydicom says, of every storage class it knows', () => {
    const known = theirs()
    expect(known.length).toBeGreaterThan(120)
    const differ = known.filter(([uid, , type]) => recordTypeOf(uid, type === 'IMAGE') !== type)
    // Its table leaves out what it tells by other attributes, and classes that came after it: those default to IMAGE.
    const told = differ.map(([uid, , type]) =>
      [uid.slice(24).replace(/\..*/, ''), recordTypeOf(uid, true), type].join(' '),
    )
    expect([...new Set(told)]).toEqual([
      '11 PRESENTATION IMAGE',
      '78 MEASUREMENT IMAGE',
      '88 SR DOCUMENT IMAGE',
      '104 ENCAP DOC IMAGE',
      '481 RT PLAN IMAGE',
      '481 RADIOTHERAPY IMAGE',
    ])
  })

  it('is PRIVATE for what is in no table, but IMAGE for a newer class of the standard with a picture', () => {
    expect(recordTypeOf('1.3.12.2.1107.5.9.1', false)).toBe('PRIVATE')
    expect(recordTypeOf('1.3.12.2.1107.5.9.1', true)).toBe('PRIVATE')
    expect(recordTypeOf('1.2.840.10008.5.1.4.1.1.999', true)).toBe('IMAGE')
    expect(recordTypeOf('1.2.840.10008.5.1.4.1.1.999', false)).toBe('PRIVATE')
  })
})
