/**
 * Set-up: tables, the queue's tables and the key ring, made or brought to the newest form; and, when nobody can
 * sign in, an operator's code that works once. Run before the first server: `node src/set-up.ts [--sign-in]`.
 * Safe to run again, and by several at once.
 */
import { createKeyRing } from '#adapters/jose/key-ring.ts'
import { createSecrets } from '#adapters/jose/secrets.ts'
import { systemClock } from '#adapters/memory/clock.ts'
import { migrate } from '#adapters/postgres/migrate.ts'
import { openLedgers, openQueue } from '#compose.ts'
import { loadConfig } from '#config/load-config.ts'
import type { Config } from '#config/read-config.ts'
import { issueSignIn } from '#steps/sign-in.ts'

/** The sentence with a fresh sign-in code for the operator's screen; null when somebody can sign in already. */
export const setUp = async (config: Config, newSignIn: boolean): Promise<string | null> => {
  createKeyRing(config.keysFolder, systemClock.now())
  const queueing = await openQueue(config)
  const { db, operators, close } = openLedgers(config, 2)
  try {
    await migrate(db)
    await queueing.migrate()
    if (!newSignIn && !(await operators.needsCode(systemClock.now()))) return null
    const code = await issueSignIn({ operators, secrets: createSecrets(), clock: systemClock })()
    return `Operator sign-in, works once within 24 hours: ${config.publicUrl}/#sign-in=${code}`
  } finally {
    await queueing.close()
    await close()
  }
}

if (import.meta.main) {
  const config = loadConfig(process.env, { mayBeNew: true })
  if ('problems' in config) {
    for (const problem of config.problems) process.stderr.write(`set-up: ${problem}\n`)
    process.exitCode = 2
  } else {
    const sentence = await setUp(config, process.argv.includes('--sign-in'))
    process.stdout.write(`${sentence ?? 'Everything is set up.'}\n`)
  }
}
