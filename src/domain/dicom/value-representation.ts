/**
 * Value representations: the two-letter types of DICOM values (PS3.5 §6.2) and which of them write their length
 * in four bytes (PS3.5 §7.1.2).
 */
const long = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '))

const short = new Set('AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '))

/** True for a type of the standard. */
export const isKnownVr = (vr: string): boolean => short.has(vr) || long.has(vr)

/** True for a type whose length takes four bytes after two reserved ones. */
export const isLongVr = (vr: string): boolean => long.has(vr)
