/** The address of the hospital's OHIF: what is one, and where none may be. */
import { describe, expect, it } from 'vitest'
import { ohifUrlForm, readOhifUrl } from './ohif-url.ts'
import { readConfig } from './read-config.ts'

const read = (env: Record<string, string>) =>
  readConfig({ DATABASE_URL: 'postgres://gateway@localhost/second_read', ...env })

const problemsOf = (env: Record<string, string>): readonly string[] => {
  const config = read(env)
  return 'problems' in config ? config.problems : []
}

describe('OHIF_URL', () => {
  it.each([
    ['https://viewer.example.org', 'https://viewer.example.org'],
    ['https://viewer.example.org/', 'https://viewer.example.org'],
    ['https://example.org:8443/imaging/ohif//', 'https://example.org:8443/imaging/ohif'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://localhost:3000/', 'http://localhost:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('%s is %s', (text, url) => {
    expect(readOhifUrl(text)).toBe(url)
  })

  it.each([
    ['a plain address elsewhere', 'http://viewer.example.org'],
    ['a name and password', 'https://reader:Jq3vT9xLw7Zr@viewer.example.org'],
    ['a query', 'https://viewer.example.org/?datasources=x'],
    ['an empty query', 'https://viewer.example.org?'],
    ['a fragment', 'https://viewer.example.org/#x'],
    ['a script', 'javascript:alert(1)'],
    ['another scheme', 'ftp://viewer.example.org'],
    ['a bare name', 'viewer.example.org'],
  ])('refuses %s, and repeats no word of it', (_, text) => {
    expect(readOhifUrl(text)).toBeNull()
    expect(problemsOf({ OHIF_URL: text })).toEqual([ohifUrlForm])
  })

  it('is none unless somebody sets it', () => {
    expect(read({})).toMatchObject({ ohifUrl: null })
    expect(read({ OHIF_URL: ' ' })).toMatchObject({ ohifUrl: null })
    expect(read({ OHIF_URL: 'https://viewer.example.org/' })).toMatchObject({
      ohifUrl: 'https://viewer.example.org',
    })
  })

  it('may not share the origin of the readers’ pages', () => {
    const env = { PUBLIC_URL: 'https://records.example.org' }
    expect(problemsOf({ ...env, OHIF_URL: 'https://records.example.org:443/ohif' })).toEqual([
      expect.stringMatching(/OHIF_URL must be at another origin/),
    ])
    expect(problemsOf({ ...env, OHIF_URL: 'https://records.example.org:8443' })).toEqual([])
  })
})
