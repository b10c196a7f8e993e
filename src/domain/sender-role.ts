/** Who sends: an office that refers, the patient, or somebody of the patient's family. */
export const senderRoles = ['provider', 'patient', 'family'] as const

export type SenderRole = (typeof senderRoles)[number]
