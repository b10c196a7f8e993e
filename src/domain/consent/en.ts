/** What a sender agrees to, in English. A text that has been shown is never edited: other words are another version. */

export const consent = {
  '2026-11': {
    own: 'I agree that {desk} receives the records I send, checks them, and shows them to the specialists asked for a second opinion about me, and to nobody else. I can withdraw this at any time over the same link; then nobody reads them any more.',
    others:
      'The patient, or the person who may decide for the patient, knows that these records go to {desk} for a second opinion and agrees. The agreement can be withdrawn at any time over the same link; then nobody reads the records any more.',
  },
} as const
