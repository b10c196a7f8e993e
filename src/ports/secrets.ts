/** Secrets handed to people: made once, shown once, kept only as what proves them. */
export type Secrets = {
  /** 256 random bits as base64url (43 characters). */
  token(): string
  /** SHA-256 of such a token, for a row to be found by. */
  hash(token: string): Uint8Array
  /** A code a person can type: eight characters of a 32-letter alphabet without look-alikes. */
  code(): string
  /** Argon2id of a typed code, salted. */
  stretch(code: string): Promise<Uint8Array>
  /** True when the code is the one behind `stretched`; compares in constant time. */
  matches(code: string, stretched: Uint8Array): Promise<boolean>
}
