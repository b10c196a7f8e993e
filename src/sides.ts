/** What the two sides of a server share: opened adapters, and the form of a side. */
import { createSecrets } from '#adapters/jose/secrets.ts'
import { openLedgers, openQueue, openStore } from '#compose.ts'
import type { Config } from '#config/read-config.ts'
import type { PublicKeys } from '#ports/tokens.ts'
import { type Instruments } from './instruments.ts'

/** Everything both sides of a server stand on, opened. */
export const openAdapters = async (config: Config, instruments: Instruments) => ({
  ledgers: openLedgers(config),
  queueing: await openQueue(config),
  store: await openStore(config, instruments.metrics),
  secrets: createSecrets(),
})

export type Adapters = Awaited<ReturnType<typeof openAdapters>>

/** One half of the HTTP needs, with the public keys as that half of the key ring knows them. */
export type Side<Needs> = Needs & { readonly publicKeys: PublicKeys }
