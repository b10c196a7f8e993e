import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyPatches, arePatches, leavesPatchedOnly, mostPatches, type Patch } from './patch.ts'

const size = 300

/** Sorted patches of a file of 300 bytes, none over another. */
const somePatches = fc
  .array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 90 }), fc.uint8Array({ maxLength: 64 })), {
    maxLength: 8,
  })
  .map((list) => {
    const patches: Patch[] = []
    let from = 0
    for (const [gap, length, bytes] of list) {
      if (from + gap + length > size) break
      patches.push({ at: from + gap, length, bytes: bytes.subarray(0, length) })
      from += gap + length
    }
    return patches
  })

/** What patches mean, byte by byte. */
const plainly = (patches: readonly Patch[], file: Uint8Array): number[] =>
  [...file].map((byte, index) => {
    const patch = patches.find(({ at, length }) => index >= at && index < at + length)
    return patch === undefined ? byte : (patch.bytes[index - patch.at] ?? 0)
  })

describe('applyPatches', () => {
  it('makes of any window what the whole patched file has there', () => {
    fc.assert(
      fc.property(
        somePatches,
        fc.uint8Array({ minLength: size, maxLength: size }),
        fc.nat(size),
        fc.nat(size),
        (patches, file, one, other) => {
          const [start, end] = [Math.min(one, other), Math.max(one, other)]
          const window = file.slice(start, end)
          applyPatches(patches, start, window)
          expect([...window]).toEqual(plainly(patches, file).slice(start, end))
        },
      ),
    )
  })

  it('makes the same of a file in pieces as of the whole, wherever it is cut', () => {
    const patches: Patch[] = [
      { at: 0, length: 128, bytes: new Uint8Array(0) },
      { at: 128, length: 5, bytes: Uint8Array.of(1, 2, 3) },
      { at: 200, length: 1, bytes: Uint8Array.of(9) },
    ]
    const file = new Uint8Array(size).fill(255)
    const whole = plainly(patches, file)
    for (let cut = 0; cut <= size; cut += 1) {
      const pieces = [file.slice(0, cut), file.slice(cut)] as const
      applyPatches(patches, 0, pieces[0])
      applyPatches(patches, cut, pieces[1])
      expect([...pieces[0], ...pieces[1]]).toEqual(whole)
    }
  })
})

describe('arePatches', () => {
  const bytes = new Uint8Array(0)

  it('takes what is sorted, apart and inside the file', () => {
    fc.assert(fc.property(somePatches, (patches) => arePatches(patches, size)))
    expect(arePatches([], 0)).toBe(true)
  })

  it.each<[string, readonly Patch[]]>([
    ['one past the end', [{ at: 299, length: 2, bytes }]],
    ['one before the start', [{ at: -1, length: 2, bytes }]],
    ['one of nothing', [{ at: 1, length: 0, bytes }]],
    ['one of less', [{ at: 5, length: -1, bytes }]],
    ['half a byte', [{ at: 0.5, length: 1, bytes }]],
    ['no number', [{ at: Number.NaN, length: 1, bytes }]],
    ['an end that overflows', [{ at: 1, length: Number.MAX_SAFE_INTEGER, bytes }]],
    ['more text than room', [{ at: 0, length: 2, bytes: new Uint8Array(3) }]],
    ['a long text', [{ at: 0, length: 100, bytes: new Uint8Array(65) }]],
    [
      'two over each other',
      [
        { at: 0, length: 2, bytes },
        { at: 1, length: 2, bytes },
      ],
    ],
    [
      'two in the wrong order',
      [
        { at: 4, length: 2, bytes },
        { at: 0, length: 2, bytes },
      ],
    ],
    ['too many', Array.from({ length: mostPatches + 1 }, (_, at) => ({ at, length: 1, bytes }))],
  ])('refuses %s', (_what, patches) => {
    expect(arePatches(patches, size)).toBe(false)
  })
})

describe('leavesPatchedOnly', () => {
  it('holds for a program, and for nothing that is merely odd', () => {
    expect(leavesPatchedOnly(['BAD_VR', 'PREAMBLE_EXECUTABLE'])).toBe(true)
    expect(leavesPatchedOnly(['PREAMBLE_TIFF', 'PREAMBLE_NONZERO'])).toBe(false)
  })
})
