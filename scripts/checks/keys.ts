/** The key ring: what is there opens, belongs to the one who runs this, and is not too old. */
import type { RingFacts } from '#adapters/jose/ring-facts.ts'
import type { Role } from '#config/read-config.ts'
import { type Check, fail, ok, warn } from './check.ts'

/** A signing key in use for longer than this ought to be renewed. */
const oldestDays = 400

const restore = 'put the key ring back from its copy; a new one would open nothing that is there'

const checkHalf = (
  name: 'edge' | 'vault',
  { present, problem }: RingFacts['edge'],
  needed: boolean,
): Check => {
  if (problem === null) return ok(`keys: the ${name} half is there and every key of it loads`)
  if (!present && !needed) return ok(`keys: no ${name} half, and none of the roles here needs one`)
  return fail(
    `keys: the ${name} half does not load (${problem})`,
    present ? 'mend that file, or ' + restore : restore,
  )
}

const checkAges = ({ signing }: RingFacts, now: Date): Check[] => {
  const old = signing.filter(({ since }) => now.getTime() - since.getTime() > oldestDays * 86_400_000)
  if (old.length === 0)
    return [ok(`keys: ${signing.length} signing keys, none in use for over ${oldestDays} days`)]
  return old.map(({ purpose }) =>
    warn(
      `keys: the ${purpose} key is in use for over ${oldestDays} days`,
      `./scripts/keys rotate ${purpose}`,
    ),
  )
}

/** `uid` is the account this runs as. */
export const checkKeys = (facts: RingFacts, roles: ReadonlySet<Role>, uid: number, now: Date): Check[] => {
  if (facts.owner === null)
    return [
      fail(
        'keys: there is no key ring in KEYS_DIR',
        'run `node src/set-up.ts` once; if records are there, ' + restore,
      ),
    ]
  const whole = facts.edge.problem === null && facts.vault.problem === null
  return [
    checkHalf('edge', facts.edge, roles.has('intake')),
    checkHalf('vault', facts.vault, roles.has('portal') || roles.has('worker')),
    facts.owner === uid
      ? ok('keys: the folder belongs to this account')
      : warn(
          `keys: the folder belongs to account ${facts.owner}, this runs as ${uid}`,
          'run the doctor as the account that runs the servers',
        ),
    ...(whole ? checkAges(facts, now) : []),
  ]
}
