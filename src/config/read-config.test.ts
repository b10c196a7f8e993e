import { describe, expect, it } from 'vitest'
import { readConfig } from './read-config.ts'

const least = { DATABASE_URL: 'postgres://gateway@db/second_read' }

const problemsOf = (env: Record<string, string>): readonly string[] => {
  const read = readConfig(env)
  return 'problems' in read ? read.problems : []
}

describe('configuration', () => {
  it('needs only the database', () => {
    expect(readConfig(least)).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://127.0.0.1:8080',
    })
  })

  it('reports every problem at once', () => {
    const problems = problemsOf({
      PORT: '80800',
      ROLES: 'intake,kitchen',
      LOG_LEVEL: 'chatty',
      PUBLIC_URL: 'ftp://x',
      INSPECTORS: '0',
    })
    expect(problems).toHaveLength(6)
    expect(problems.join(' ')).toMatch(/PUBLIC_URL.*ROLES.*DATABASE_URL.*LOG_LEVEL.*INSPECTORS/)
  })

  it('refuses plain HTTP on a public address, and allows it on this machine', () => {
    expect(problemsOf({ ...least, PUBLIC_URL: 'http://records.example.org' })).toHaveLength(1)
    expect(problemsOf({ ...least, PUBLIC_URL: 'https://records.example.org' })).toEqual([])
    expect(problemsOf({ ...least, PUBLIC_URL: 'http://localhost:9000' })).toEqual([])
  })

  it('refuses an address with anything behind it', () => {
    for (const url of ['https://a.example/x', 'https://a.example/?q', 'https://u:p@a.example', 'nothing'])
      expect(problemsOf({ ...least, PUBLIC_URL: url })).toHaveLength(1)
  })
})
