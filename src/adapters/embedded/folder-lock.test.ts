import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { lockFolder } from './folder-lock.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-lock-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const faultOf = (work: () => unknown): Fault | null => {
  try {
    work()
    return null
  } catch (error) {
    return error instanceof Fault ? error : null
  }
}

const startHolder = async (): Promise<ChildProcess> => {
  const source = `
    const { lockFolder } = await import(${JSON.stringify(import.meta.resolve('./folder-lock.ts'))})
    lockFolder(${JSON.stringify(folder)})
    process.send('held')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}

describe('lockFolder', () => {
  it('makes the folder and lets one in at a time', () => {
    const inner = join(folder, 'a/b')
    const lock = lockFolder(inner)
    const fault = faultOf(() => lockFolder(inner))
    expect(fault?.code).toBe('state.conflict')
    expect(fault?.cause).toMatchObject({ message: expect.stringContaining('already running') })
    lock.release()
    lock.release()
    lockFolder(inner).release()
  })

  it('is held by another process, and free at once when that one is killed', async () => {
    const child = await startHolder()
    try {
      expect(faultOf(() => lockFolder(folder))?.code).toBe('state.conflict')
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    lockFolder(folder).release()
  })

  it('says so when the folder cannot be made', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    expect(faultOf(() => lockFolder(file))?.code).toBe('store.unavailable')
  })
})
