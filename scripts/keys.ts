/**
 * Rotates a key of the ring: a new one signs or wraps from now on, the old one verifies or opens as long as
 * anything still needs it. Running servers and workers notice within a second.
 */
import { rotateMasterKey, rotateSigningKey } from '#adapters/jose/key-ring.ts'
import { purposes } from '#adapters/jose/signing-key.ts'
import { settings } from '#config/settings.ts'

const fallback = settings.find(({ name }) => name === 'KEYS_DIR')?.fallback ?? ''
const folder = process.env['KEYS_DIR'] ?? fallback
const [verb, which] = process.argv.slice(2)
const purpose = purposes.find((known) => known === which)

const rotate = (): void => {
  if (purpose !== undefined) rotateSigningKey(folder, purpose, new Date())
  else rotateMasterKey(folder, new Date())
}

if (verb !== 'rotate' || (purpose === undefined && which !== 'master')) {
  console.error(`usage: ./scripts/keys rotate ${purposes.join('|')}|master   (KEYS_DIR, now ${folder})`)
  process.exitCode = 2
} else {
  try {
    rotate()
    console.log(`${which ?? ''}: a new key is in use`)
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : ''
    console.error(`keys: nothing was changed: ${cause || 'unknown error'}`)
    process.exitCode = 1
  }
}
