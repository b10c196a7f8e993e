/** The trial's settings: its own folders and database, whatever the environment says of them. */
import { describe, expect, it } from 'vitest'
import { readConfig } from './read-config.ts'
import { trialEnvironment, trialFolders } from './trial.ts'

const url = 'postgres://somebody@localhost/somewhere'

describe('the trial', () => {
  it('keeps everything below DATA_DIR, or below ./data', () => {
    expect(trialFolders({ DATA_DIR: '/srv/trial' })).toEqual({
      data: '/srv/trial',
      keys: '/srv/trial/keys',
      objects: '/srv/trial/objects',
      postgres: '/srv/trial/postgres',
    })
    expect(trialFolders({}).data).toBe(`${process.cwd()}/data`)
  })

  it('overrules settings of a gateway that is none, and keeps the others', () => {
    const env = { DATA_DIR: '/srv/trial', KEYS_DIR: '/other', DATABASE_URL: 'postgres://other', PORT: '8081' }
    const config = readConfig(trialEnvironment(env, url))
    expect(config).toMatchObject({
      keysFolder: '/srv/trial/keys',
      objectsFolder: '/srv/trial/objects',
      databaseUrl: url,
      malwareScan: 'none',
      port: 8081,
    })
  })
})
