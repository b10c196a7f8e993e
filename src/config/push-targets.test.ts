import { describe, expect, it } from 'vitest'
import { readConfig } from './read-config.ts'

const least = { DATABASE_URL: 'postgres://gateway@localhost/second_read' }
const good = 'Jq3vT9xLw7Zr2Kc5'

const read = (text: string, env: Record<string, string> = {}) =>
  readConfig({ ...least, ...env, PUSH_TARGETS: text })

const problemsOf = (text: string, env: Record<string, string> = {}): readonly string[] => {
  const config = read(text, env)
  return 'problems' in config ? config.problems : []
}

describe('PUSH_TARGETS', () => {
  it('names archives, and their address holds no secret', () => {
    const config = read(
      `pacs=https://desk:${good}%40x@pacs.example/dicom-web/  other=http://127.0.0.1:8042/d`,
    )
    expect('problems' in config ? config.problems : config.pushTargets).toEqual([
      { name: 'pacs', url: 'https://pacs.example/dicom-web', user: 'desk', secret: `${good}@x` },
      { name: 'other', url: 'http://127.0.0.1:8042/d', user: '', secret: '' },
    ])
    expect(problemsOf('')).toEqual([])
  })

  it.each([
    'https://pacs.example',
    'Pacs=https://pacs.example',
    'pacs=ftp://pacs.example',
    'pacs=https://pacs.example?x=1',
    `pacs=https://a%3Ab:${good}@pacs.example`,
    'pacs=https://a.example pacs=https://b.example',
  ])('refuses %s in words', (text) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining('PUSH_TARGETS')])
  })

  it('refuses the open network and secrets everybody knows, and repeats none', () => {
    for (const [text, env] of [
      [`pacs=http://u:${good}@pacs.example/d`, {}],
      [`pacs=http://u:${good}@8.8.8.8/d`, { ALLOW_PLAIN_INTERNAL: 'yes' }],
      ['pacs=https://orthanc:orthanc@pacs.example/d', {}],
      ['pacs=https://u:changeme@pacs.example/d', {}],
    ] as const) {
      const [problem, ...more] = problemsOf(text, env)
      expect([problem, more]).toEqual([expect.stringContaining('PUSH_TARGETS'), []])
      expect(problem).not.toMatch(/changeme|orthanc|Jq3/)
    }
    expect(problemsOf(`pacs=http://u:${good}@pacs/d`, { ALLOW_PLAIN_INTERNAL: 'yes' })).toEqual([])
  })
})
