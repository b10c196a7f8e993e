/**
 * Verify: checks a bundle, as ZIP or unpacked, against its signed manifest and the public keys. It needs no network, no
 * gateway and no setting, extracts nothing and changes nothing; names in a bundle are the gateway's own, and are
 * printed. Without `--keys` it takes the public keys of the key ring of this machine, where there is one.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { JSONWebKeySet } from 'jose'
import { trialFolders } from '#config/trial.ts'
import { checkBundle, type Outcome } from './verifying/check.ts'
import { NoBundle, openSource } from './verifying/source.ts'

const usage = `usage: ./scripts/verify BUNDLE.zip|FOLDER [--keys jwks.json]

  --keys FILE   the public keys (JWK Set), as /.well-known/jwks.json of the gateway gave them;
                without it those of this machine's key ring (KEYS_DIR)

exit code: 0 it holds, 1 it does not, 2 it could not be read`

/** More problems than anybody reads. */
const mostShown = 50

/** What kept the check from an answer, in words. */
class Unreadable extends Error {}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'not as expected'

const readKeys = async (given: string | undefined): Promise<JSONWebKeySet> => {
  const path = given ?? join(process.env['KEYS_DIR'] ?? trialFolders(process.env).keys, 'public.jwks.json')
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const hint =
      given === undefined ? ' Give them with --keys: the gateway has them at /.well-known/jwks.json.' : ''
    throw new Unreadable(`The public keys cannot be read: ${path} (${codeOf(error)}).${hint}`)
  })
  try {
    const value = JSON.parse(text) as Partial<JSONWebKeySet>
    if (Array.isArray(value.keys)) return { keys: value.keys }
  } catch {}
  throw new Unreadable(`The public keys cannot be read: ${path} is no JWK Set.`)
}

const check = async (path: string, keys: JSONWebKeySet): Promise<Outcome> => {
  const source = await openSource(path).catch((error: unknown) => {
    const why = error instanceof NoBundle ? `${error.message}; was it downloaded to its end?` : codeOf(error)
    throw new Unreadable(`${path} cannot be read: ${why}`)
  })
  try {
    return await checkBundle(source, keys)
  } catch (error) {
    throw new Unreadable(`${path} could not be read to its end: ${codeOf(error)}`)
  } finally {
    await source.close()
  }
}

const tell = ({ problems, files, bytes, signed }: Outcome): number => {
  for (const problem of problems.slice(0, mostShown)) console.log(problem)
  if (problems.length > mostShown) console.log(`… and ${problems.length - mostShown} more`)
  if (signed !== null)
    console.log(`case ${signed.case}, revision ${signed.revision}, signed with key ${signed.key}`)
  if (problems.length === 0)
    console.log(`holds: all ${files} files (${bytes} bytes) are there and as they were signed`)
  else
    console.log(
      `DOES NOT HOLD: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}. Do not rely on it; fetch it again.`,
    )
  return problems.length === 0 ? 0 : 1
}

const run = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { keys: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  })
  const [path] = positionals
  if (values.help) {
    console.log(usage)
    return 0
  }
  if (path === undefined || positionals.length > 1) throw new Unreadable(usage)
  return tell(await check(path, await readKeys(values.keys)))
}

process.exitCode = await run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : 'it could not be read')
  return 2
})
